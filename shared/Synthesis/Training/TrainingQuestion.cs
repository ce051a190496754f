namespace ShitOps.Synthesis.Training;

/// <summary>A question with the choices that are right for it.</summary>
/// <param name="Words">Its words, and signs for names, times and numbers.</param>
/// <param name="Roles">The role of each; of a word that is no mention <see cref="MentionRole.Ignored"/> or <see cref="MentionRole.UnknownName"/>.</param>
/// <param name="Choices">The way of each choice, in the order of <see cref="QuestionChoices.All"/>; less than 0: it does not matter.</param>
internal sealed record TrainingQuestion(string[] Words, MentionRole[] Roles, int[] Choices);
