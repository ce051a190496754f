"use strict";

// A box to ask in: the question goes to /api/ask, and what it was understood as can be edited and asked again.
(() => {
  const form = at("asking");
  const made = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  const units = { seconds: value => seconds(value), probability: value => `${Math.round(100 * value)} %` };
  const shown = (value, column, unit) => value === null ? "–"
    : typeof value === "number" && ["value", "versus"].includes(column.name) && units[unit] ? units[unit](value)
    : typeof value === "number" ? value.toLocaleString(undefined, { maximumFractionDigits: 2 })
    : column.kind === "time" ? value.replace("T", " ").replace(/:00Z$/, "") : String(value);

  const table = answer => {
    const few = answer.rows.slice(0, 100);
    const body = made("tbody", {}, ...few.map(row => made("tr", {}, ...answer.columns.map(column => made("td", { textContent: shown(row[column.name], column, answer.unit) })))));
    const head = made("thead", {}, made("tr", {}, ...answer.columns.map(column => made("th", { textContent: column.name, title: column.meaning }))));
    const parts = [made("div", { className: "scroll" }, made("table", {}, head, body))];
    if (answer.rows.length > few.length) parts.push(made("p", { className: "hint", textContent: `and ${counted(answer.rows.length - few.length, "more row")}` }));
    return parts;
  };

  const plot = (answer, place) => {
    const names = answer.frames.map(frame => frame.schema.name);
    const times = [...new Set(answer.frames.flatMap(frame => frame.data.values[0]))].sort((a, b) => a - b);
    const values = answer.frames.map(frame => {
      const value = frame.schema.fields.findIndex(field => field.name === "value");
      const points = new Map(frame.data.values[0].map((time, i) => [time, frame.data.values[value][i]]));
      return times.map(time => points.get(time) ?? null);
    });
    const key = { format: units[answer.unit] };
    drawn.set(key, { body: place });
    draw(key, times.map(time => time / 1000), names, values, "There is nothing for that time.");
    drawn.delete(key);
  };

  const show = (answer, place) => {
    place.replaceChildren();
    if (answer.refusal) place.append(made("p", { textContent: answer.refusal }));
    else if (!answer.rows) place.append(made("p", { textContent: "I am not sure what that means. Pick what you mean:" }));
    if (!answer.rows) {
      for (const reading of answer.readings) {
        const pick = made("button", { type: "button", textContent: reading.query });
        pick.addEventListener("click", () => run({ query: reading.query }, answer.question, true));
        place.append(made("p", {}, pick));
      }

      return;
    }

    const line = made("input", { className: "line", value: answer.query, ariaLabel: "The query" });
    line.addEventListener("keydown", event => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      run({ query: line.value }, answer.question, line.value.trim() !== answer.query);
    });
    place.append(line);
    if (answer.nothing || answer.rows.length === 0) place.append(made("p", { className: "none", textContent: answer.nothing ?? "nothing" }));
    else if (answer.rows.length === 1 && answer.columns.length === 1) place.append(made("p", { className: "single", textContent: shown(answer.rows[0].value, answer.columns[0], answer.unit) }));
    else if (answer.kind === "trend" && answer.columns.some(column => column.name === "until")) {
      const body = made("div", {});
      place.append(body);
      plot(answer, body);
    } else {
      place.append(...table(answer));
    }

    place.append(made("p", { className: "hint", textContent: `by ${answer.plan.chosen}: ${answer.plan.spentMs} ms, ${counted(answer.plan.requests, "request")} to storage` }));
  };

  // What somebody picks or writes is what the question means: the app learns from it, and the answer is as good if it does not.
  const note = async (question, query) => {
    try {
      await ask("ask/feedback", { question, query });
      return "noted that this is what the question means";
    } catch (fault) {
      return `not noted as what the question means: ${fault.message}`;
    }
  };

  // Answers may come in another order than they were asked for; only the latest is shown.
  let latest = 0;
  const run = async (parameters, question = null, isMeant = false) => {
    const number = ++latest;
    const place = at("answer");
    place.replaceChildren(made("p", { className: "hint", textContent: "asking …" }));
    try {
      const answer = await ask("ask", parameters);
      if (number === latest) show({ ...answer, question: answer.question ?? question }, place);
    } catch (fault) {
      if (number === latest) place.replaceChildren(made("p", { className: "bad", textContent: fault.message }));
      return;
    }

    if (!question || !isMeant) return;
    const noted = await note(question, parameters.query);
    if (number === latest) place.append(made("p", { className: "hint noted", textContent: noted }));
  };

  form.addEventListener("submit", event => {
    event.preventDefault();
    const question = at("question").value.trim();
    if (question) run({ question });
  });
})();
