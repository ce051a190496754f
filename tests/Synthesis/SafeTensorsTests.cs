using System.Buffers.Binary;
using System.Text;
using ShitOps.Synthesis.Tensors;

namespace ShitOps.Tests.Synthesis;

public sealed class SafeTensorsTests
{
    private static readonly SafeTensors Some = new(
        new Dictionary<string, string> { ["version"] = "1" },
        new Dictionary<string, SafeTensor> { ["b"] = new(2, 3, [1, 2, 3, 4, 5, 6.5f]), ["a"] = new(1, 2, [-0.25f, 0]) });

    [Fact]
    public void What_is_written_is_read_back()
    {
        var read = SafeTensors.Read(Some.Write());

        Assert.Equal(Some.Metadata, read.Metadata);
        Assert.Equal(["a", "b"], read.Tensors.Keys.Order());
        Assert.Equal((2, 3), (read.Tensors["b"].Rows, read.Tensors["b"].Columns));
        Assert.Equal(Some.Tensors["b"].Values, read.Tensors["b"].Values);
        Assert.Equal(Some.Tensors["a"].Values, read.Tensors["a"].Values);
        Assert.Equal(Some.Write(), read.Write());
    }

    [Fact]
    public void A_file_of_32_bit_numbers_is_read()
    {
        var read = SafeTensors.Read(File("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]));

        Assert.Equal([1f, -2f], read.Tensors["x"].Values);
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", "x is of I64; expected F16 or F32.")]
    [InlineData("""{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", "x does not fit into the file; expected a shape of one or two sides and the bytes for it.")]
    [InlineData("""{"x":{"dtype":"F16","shape":[8],"data_offsets":[0,16]}}""", "x does not fit into the file; expected a shape of one or two sides and the bytes for it.")]
    [InlineData("""{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", "The model has 8 bytes of numbers; expected 4, as its header says.")]
    [InlineData("""{"x":{"dtype":"F16","shape":[1073741824,4294967296],"data_offsets":[0,8]}}""", "x does not fit into the file; expected a shape of one or two sides and the bytes for it.")]
    public void A_header_that_does_not_fit_is_refused(string header, string message) =>
        Assert.Equal(message, Assert.Throws<ModelFormatException>(() => SafeTensors.Read(File(header, new byte[8]))).Message);

    [Fact]
    public void A_number_that_is_not_finite_is_refused() =>
        Assert.Equal(
            "x holds a number that is not finite; expected a whole model.",
            Assert.Throws<ModelFormatException>(() => SafeTensors.Read(File("""{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}""", [0xff, 0xff]))).Message);

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_refused()
    {
        var whole = Some.Write();
        for (var length = 0; length < whole.Length; length++) Assert.Throws<ModelFormatException>(() => SafeTensors.Read(whole.AsSpan(0, length)));
    }

    [Fact]
    public void A_file_with_changed_bytes_is_read_or_refused_and_nothing_else()
    {
        var whole = Some.Write();
        var random = new Random(3);
        for (var run = 0; run < 20_000; run++)
        {
            var damaged = whole.ToArray();
            for (var change = random.Next(1, 5); change > 0; change--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                SafeTensors.Read(damaged);
            }
            catch (ModelFormatException refused)
            {
                Assert.Contains("expected", refused.Message);
            }
        }
    }

    private static byte[] File(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        data.CopyTo(file, 8 + text.Length);
        return file;
    }
}
