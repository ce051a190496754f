using System.Globalization;
using ShitOps.Synthesis.Tensors;

namespace ShitOps.Synthesis;

/// <summary>
/// The network: hashed words, layers of a width-3 convolution, attention and a feed-forward part, each normalised before and added after, and
/// linear choices from the first item and from each item. It is read by many threads at once while nobody trains it.
/// </summary>
public sealed class QuestionModel
{
    /// <summary>The version of the file that is written, and the only one that is read.</summary>
    public const int FileVersion = 1;

    private const string VersionKey = "shitops.synthesizer.version";
    private const string Beginning = "[question]";

    private readonly WordFeatures _features;
    private readonly Parameter _words;
    private readonly Layer[] _layers;
    private readonly Parameter _lastGain;
    private readonly Parameter _choice;
    private readonly Parameter _choiceBias;
    private readonly Parameter _role;
    private readonly Parameter _roleBias;

    /// <summary>A network that knows nothing, drawn from a seed.</summary>
    public QuestionModel(ModelShape shape, Random random)
    {
        Shape = shape;
        _features = new WordFeatures(shape.Buckets);
        var deviation = 1 / Math.Sqrt(shape.Width);
        _words = new Parameter("words", shape.Buckets, shape.Width).Randomised(random, 0.5);
        _layers = [.. Enumerable.Range(0, shape.Layers).Select(layer => new Layer(shape, layer, random))];
        _lastGain = new Parameter("last.gain", 1, shape.Width, decays: false).Filled(1);
        _choice = new Parameter("choice", shape.Width, QuestionChoices.Width).Randomised(random, deviation);
        _choiceBias = new Parameter("choice.bias", 1, QuestionChoices.Width, decays: false);
        _role = new Parameter("role", shape.Width, QuestionChoices.Roles).Randomised(random, deviation);
        _roleBias = new Parameter("role.bias", 1, QuestionChoices.Roles, decays: false);
        Parameters = [_words, .. _layers.SelectMany(layer => layer.Parameters), _lastGain, _choice, _choiceBias, _role, _roleBias];
    }

    /// <summary>How large it is.</summary>
    public ModelShape Shape { get; }

    /// <summary>All that is learnt.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The words that it is taught with.</summary>
    public required IReadOnlySet<string> Vocabulary { get; init; }

    /// <summary>How sure a reading is, from what is seen of it.</summary>
    public Confidence Confidence { get; set; } = Confidence.Unknowing;

    /// <summary>How many numbers it has learnt.</summary>
    public int Size => Parameters.Sum(parameter => parameter.Values.Length);

    /// <summary>Reads questions.</summary>
    /// <param name="tape">Where the operations are noted.</param>
    /// <param name="questions">The words of each; at most <see cref="PreparedQuestion.MostItems"/>.</param>
    /// <param name="random">For leaving out at random while learning; null: nothing is left out.</param>
    /// <returns>A row of choices for each question; and a row of roles for each item, question after question, without the beginnings.</returns>
    public (Matrix Choices, Matrix Roles) Read(Tape tape, IReadOnlyList<IReadOnlyList<string>> questions, Random? random = null)
    {
        var bags = new List<int[]>();
        var ends = new List<int>();
        var begins = new List<int>();
        var items = new List<int>();
        foreach (var question in questions)
        {
            begins.Add(bags.Count);
            bags.Add(_features.Of(Beginning, isFamiliar: true));
            foreach (var word in question)
            {
                items.Add(bags.Count);
                bags.Add(_features.Of(word, word[0] == '[' || Vocabulary.Contains(word)));
            }

            ends.Add(bags.Count);
        }

        var x = tape.Dropped(tape.MeanOfRows(_words, bags), Shape.Dropout, random);
        foreach (var layer in _layers) x = layer.Apply(tape, x, ends, Shape.Dropout, random);
        x = tape.Normalised(x, _lastGain);
        return (tape.Linear(tape.Rows(x, begins), _choice, _choiceBias), tape.Linear(tape.Rows(x, items), _role, _roleBias));
    }

    /// <summary>A copy that counts more words among those that it is taught with.</summary>
    public QuestionModel WithWords(IEnumerable<string> words)
    {
        var copy = new QuestionModel(Shape, new Random(0)) { Vocabulary = Vocabulary.Concat(words).ToHashSet(StringComparer.Ordinal), Confidence = Confidence };
        foreach (var (from, to) in Parameters.Zip(copy.Parameters)) from.Values.CopyTo(to.Values, 0);
        return copy;
    }

    /// <summary>The bytes of a safetensors file.</summary>
    public byte[] Write() => new SafeTensors(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [VersionKey] = FileVersion.ToString(CultureInfo.InvariantCulture),
            ["shape"] = Shape.ToText(),
            ["vocabulary"] = string.Join(' ', Vocabulary.Order(StringComparer.Ordinal)),
            ["confidence"] = Confidence.ToText(),
        },
        Parameters.ToDictionary(parameter => parameter.Name, parameter => new SafeTensor(parameter.Rows, parameter.Columns, parameter.Values), StringComparer.Ordinal)).Write();

    /// <summary>The model that comes with the software.</summary>
    public static QuestionModel Shipped()
    {
        using var resource = typeof(QuestionModel).Assembly.GetManifestResourceStream("questions.safetensors")
            ?? throw new ModelFormatException("The software was built without a model; expected the resource questions.safetensors.");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>Reads the bytes of a safetensors file.</summary>
    /// <exception cref="ModelFormatException">They are damaged, no model of this kind, or of another version.</exception>
    public static QuestionModel Read(ReadOnlySpan<byte> file)
    {
        var tensors = SafeTensors.Read(file);
        if (!tensors.Metadata.TryGetValue(VersionKey, out var version)) throw new ModelFormatException($"The file is no model of questions; expected {VersionKey} in its metadata.");
        if (version != FileVersion.ToString(CultureInfo.InvariantCulture))
        {
            throw new ModelFormatException($"The model is of version {version}; expected {FileVersion}. Train it anew with \"shitops train\", or take the release of the software that it belongs to.");
        }

        var model = new QuestionModel(ModelShape.Parse(tensors.Metadata.GetValueOrDefault("shape")), new Random(0))
        {
            Vocabulary = tensors.Metadata.GetValueOrDefault("vocabulary", string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal),
            Confidence = Confidence.Parse(tensors.Metadata.GetValueOrDefault("confidence")),
        };
        foreach (var parameter in model.Parameters)
        {
            if (!tensors.Tensors.TryGetValue(parameter.Name, out var tensor) || tensor.Rows != parameter.Rows || tensor.Columns != parameter.Columns)
            {
                throw new ModelFormatException($"The model has no {parameter.Name} of {parameter.Rows} × {parameter.Columns}; expected one, as its shape says.");
            }

            tensor.Values.CopyTo(parameter.Values, 0);
        }

        return model;
    }

    private sealed class Layer
    {
        private readonly Parameter _convolutionGain;
        private readonly Parameter _convolution;
        private readonly Parameter _convolutionBias;
        private readonly Parameter _attentionGain;
        private readonly Parameter _queriesKeysValues;
        private readonly Parameter _distance;
        private readonly Parameter _joined;
        private readonly Parameter _innerGain;
        private readonly Parameter _inner;
        private readonly Parameter _innerBias;
        private readonly Parameter _outer;
        private readonly Parameter _outerBias;

        public Layer(ModelShape shape, int number, Random random)
        {
            var (width, inner) = (shape.Width, shape.Inner);
            var into = 1 / Math.Sqrt(width);

            // What is added to the sum that runs through all layers begins small, so that depth does not make it grow.
            var back = 1 / Math.Sqrt(2.0 * shape.Layers);
            _convolutionGain = Gain("convolution.gain");
            _convolution = new Parameter(Name("convolution"), 3 * width, width).Randomised(random, back / Math.Sqrt(3.0 * width));
            _convolutionBias = new Parameter(Name("convolution.bias"), 1, width, decays: false);
            _attentionGain = Gain("attention.gain");
            _queriesKeysValues = new Parameter(Name("attention.in"), width, 3 * width).Randomised(random, into);
            _distance = new Parameter(Name("attention.distance"), shape.Heads, (2 * shape.Reach) + 1, decays: false);
            _joined = new Parameter(Name("attention.out"), width, width).Randomised(random, into * back);
            _innerGain = Gain("inner.gain");
            _inner = new Parameter(Name("inner"), width, inner).Randomised(random, Math.Sqrt(2) * into);
            _innerBias = new Parameter(Name("inner.bias"), 1, inner, decays: false);
            _outer = new Parameter(Name("outer"), inner, width).Randomised(random, back / Math.Sqrt(inner));
            _outerBias = new Parameter(Name("outer.bias"), 1, width, decays: false);
            Parameters =
            [
                _convolutionGain, _convolution, _convolutionBias, _attentionGain, _queriesKeysValues, _distance, _joined, _innerGain, _inner, _innerBias,
                _outer, _outerBias,
            ];

            string Name(string part) => string.Create(CultureInfo.InvariantCulture, $"layer.{number}.{part}");
            Parameter Gain(string part) => new Parameter(Name(part), 1, width, decays: false).Filled(1);
        }

        public IReadOnlyList<Parameter> Parameters { get; }

        public Matrix Apply(Tape tape, Matrix x, List<int> ends, double dropout, Random? random)
        {
            var near = tape.Linear(tape.WithNeighbours(tape.Normalised(x, _convolutionGain), ends), _convolution, _convolutionBias);
            x = tape.Sum(x, tape.Dropped(near, dropout, random));
            var attended = tape.Attention(tape.Linear(tape.Normalised(x, _attentionGain), _queriesKeysValues, null), _distance, ends);
            x = tape.Sum(x, tape.Dropped(tape.Linear(attended, _joined, null), dropout, random));
            var inner = tape.Rectified(tape.Linear(tape.Normalised(x, _innerGain), _inner, _innerBias));
            return tape.Sum(x, tape.Dropped(tape.Linear(inner, _outer, _outerBias), dropout, random));
        }
    }
}

/// <summary>How large a network is.</summary>
/// <param name="Buckets">Rows of the table of hashed words.</param>
/// <param name="Width">Numbers for each item.</param>
/// <param name="Layers">How many layers.</param>
/// <param name="Heads">Heads of attention.</param>
/// <param name="Inner">Width of the feed-forward part.</param>
/// <param name="Reach">The distance behind which attention knows none.</param>
/// <param name="Dropout">The share that is left out while learning.</param>
public sealed record ModelShape(int Buckets = 4096, int Width = 128, int Layers = 2, int Heads = 4, int Inner = 256, int Reach = 8, double Dropout = 0.1)
{
    private const int GreatestSide = 1 << 20;

    internal string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Buckets} {Width} {Layers} {Heads} {Inner} {Reach}");

    internal static ModelShape Parse(string? text)
    {
        var numbers = (text ?? string.Empty).Split(' ').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return numbers.Length == 6 && numbers.All(number => number is > 0 and <= GreatestSide) && numbers[1] % numbers[3] == 0 && numbers[1] <= 1024 && numbers[2] <= 24 && numbers[4] <= 8192 && numbers[5] <= 64
            ? new ModelShape(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
            : throw new ModelFormatException($"The model's shape is \"{text}\"; expected six numbers that fit together.");
    }
}
