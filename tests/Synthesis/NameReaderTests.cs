using System.Text;
using ShitOps.Planning;
using ShitOps.Synthesis.Names;
using ShitOps.Synthesis.Words;

namespace ShitOps.Tests.Synthesis;

public sealed class NameReaderTests
{
    private static readonly NameIndex Index = new(NameCatalogue.Parse(Encoding.UTF8.GetBytes("""
        {
          "projects": ["APOLLO", { "key": "checkout", "names": ["Checkout without accounts"] }, "search", "IT", "data-lake", "Time tracking"],
          "teams": ["payments", "search", "mobile", "done", "data-platform"],
          "people": ["Amara Okafor", "Tomasz Kowalski", "Amara Diallo", "Jürgen Weiß", "Søren Kjær", "Will Moore"],
          "statuses": ["To Do", "In Review", "Done", "Blocked"],
          "types": ["bug", "story", "task"],
          "milestones": ["Sprint 14", "2.1"]
        }
        """)));

    [Theory]
    [InlineData("open tasks of APOLLO", "project APOLLO")]
    [InlineData("open tasks of apollo", "project APOLLO")]
    [InlineData("open tasks of Checkout without accounts", "project checkout")]
    [InlineData("the payments team", "team payments")]
    [InlineData("bugs in review", "type bug, status In Review")]
    [InlineData("stories in sprint 14", "type story, milestone Sprint 14")]
    [InlineData("stories in sprint 15", "type story")]
    [InlineData("search backlog", "project search")]
    [InlineData("search team backlog", "team search")]
    [InlineData("compare teams payments and search", "team payments, team search")]
    [InlineData("compare search and payments teams", "team search, team payments")]
    [InlineData("compare project search and team payments", "project search, team payments")]
    [InlineData("tasks that are done", "")]
    [InlineData("tasks with status done", "status Done")]
    [InlineData("tasks in the done column", "status Done")]
    [InlineData("team done", "team done")]
    [InlineData("tasks in \"Done\"", "team done")]
    [InlineData("how many tasks to do", "")]
    [InlineData("tasks of type task", "type task")]
    [InlineData("is it late", "")]
    [InlineData("open tasks of IT", "project IT")]
    [InlineData("Tomasz's tasks", "person Tomasz Kowalski")]
    [InlineData("tasks of kowalski", "person Tomasz Kowalski")]
    [InlineData("tasks of jurgen weiss", "person Jürgen Weiß")]
    [InlineData("tasks of Soren Kjaer", "person Søren Kjær")]
    [InlineData("Amara's tasks", "person Amara Okafor|Amara Diallo?")]
    [InlineData("tasks of amara diallo", "person Amara Diallo")]
    [InlineData("data platform tasks", "team data-platform")]
    [InlineData("dataplatform tasks", "team data-platform")]
    [InlineData("data_lake tasks", "project data-lake")]
    [InlineData("open tasks of paymnets", "team payments")]
    [InlineData("open tasks of mobil", "team mobile")]
    [InlineData("open tasks of a checkot withot accounts", "project checkout")]
    [InlineData("open tasks in revew", "status In Review")]
    [InlineData("who changed APOLLO-12", "task APOLLO-12")]
    [InlineData("who changed apollo-12", "task APOLLO-12")]
    [InlineData("who changed NEW-7", "task NEW-7")]
    [InlineData("who changed owner/repo-x#12", "task owner/repo-x#12")]
    [InlineData("who changed #12", "task #12")]
    [InlineData("version 2.1", "milestone 2.1")]
    [InlineData("top 21 tasks", "")]
    [InlineData("open tasks of time tracking", "project Time tracking")]
    [InlineData("cycle time of Time Tracking", "project Time tracking")]
    [InlineData("tasks of Will", "person Will Moore")]
    [InlineData("when will it be done", "")]
    [InlineData("open tasks of Zorblax", "")]
    public void Names_are_found_however_they_are_written(string question, string expected)
    {
        var tokens = QuestionTokenizer.Tokens(question);

        var found = NameReader.Read(tokens, Index, new bool[tokens.Count]);

        Assert.Equal(expected, string.Join(", ", found.Select(name => $"{name.Field.Word()} {string.Join('|', name.Keys)}{(name.IsCertain || name.Keys.Count == 1 ? "" : "?")}")));
    }

    [Theory]
    [InlineData("open stories", "User Story")]
    [InlineData("open user stories", "User Story")]
    [InlineData("open requests", "")]
    [InlineData("did we fix more bugs", "Bug")]
    [InlineData("open bug fixes", "Bug Fix")]
    [InlineData("open spikes", "Spikes")]
    public void The_last_word_of_a_type_stands_for_it_if_no_other_is_called_so(string question, string expected)
    {
        var names = new NameIndex(new NameCatalogue(
            [
                new(QueryField.Type, "User Story", []), new(QueryField.Type, "Change Request", []), new(QueryField.Type, "Support Request", []), new(QueryField.Type, "Bug", []), new(QueryField.Type, "Bug Fix", []),
                new(QueryField.Type, "Technical Spike", []), new(QueryField.Team, "Spikes", []),
            ]));
        var tokens = QuestionTokenizer.Tokens(question);

        Assert.Equal(expected, string.Join(", ", NameReader.Read(tokens, names, new bool[tokens.Count]).SelectMany(name => name.Keys)));
    }

    [Fact]
    public void A_name_that_may_be_two_things_is_not_certain()
    {
        var tokens = QuestionTokenizer.Tokens("tasks of amara");

        Assert.False(NameReader.Read(tokens, Index, new bool[tokens.Count]).Single().IsCertain);
    }

    [Fact]
    public void Any_typing_error_in_a_long_name_is_forgiven()
    {
        const string Name = "dataplatform";
        var random = new Random(1);
        for (var run = 0; run < 500; run++)
        {
            var typed = Name.ToList();
            var at = random.Next(typed.Count);
            switch (random.Next(4))
            {
                case 0: typed.RemoveAt(at); break;
                case 1: typed.Insert(at, (char)random.Next('a', 'z' + 1)); break;
                case 2: typed[at] = (char)random.Next('a', 'z' + 1); break;
                default: (typed[at], typed[Math.Max(at - 1, 0)]) = (typed[Math.Max(at - 1, 0)], typed[at]); break;
            }

            var tokens = QuestionTokenizer.Tokens("open tasks of " + string.Concat(typed));
            Assert.Equal("data-platform", Assert.Single(NameReader.Read(tokens, Index, new bool[tokens.Count])).Keys.Single());
        }
    }

    [Theory]
    [InlineData("[]", "The catalogue is an array; expected an object.")]
    [InlineData("""{"colours":[]}""", "The catalogue has \"colours\"; expected projects, teams, people, statuses, types, milestones.")]
    [InlineData("""{"teams":{}}""", "teams of the catalogue is an object without key; expected an array.")]
    [InlineData("""{"teams":[7]}""", "teams of the catalogue hold a number; expected a text, or an object with key and names.")]
    [InlineData("""{"teams":[{"key":"a","names":"b"}]}""", "teams of the catalogue have names that are a text; expected an array of texts.")]
    public void A_catalogue_that_is_not_as_expected_is_refused(string json, string message) =>
        Assert.Equal(message, Assert.Throws<CatalogueFormatException>(() => NameCatalogue.Parse(Encoding.UTF8.GetBytes(json))).Message);
}
