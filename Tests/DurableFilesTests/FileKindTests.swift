import DurableFiles
import Testing

@Suite("The kind of a file")
struct FileKindTests {
  static let kinds: [(start: [UInt8], name: String?)] = [
    ([], nil),
    ([1, 2, 3, 4, 0xff], nil),
    ([0x1f, 0x8b, 8], "a gzip file"),
    (Array("BZh9".utf8), "a bzip2 file"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "an xz file"),
    ([0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file"),
    ([0x50, 0x4b, 5, 6, 0, 0], "a zip archive"),
    (zip("metadata.json"), "a Keras model (.keras)"),
    (zip("archive/data.pkl"), "a PyTorch file (.pt)"),
    (zip("arr_0.npy"), "a NumPy archive (.npz)"),
    ([0x89] + Array("HDF\r\n\u{1a}\n".utf8), "an HDF5 file"),
    (Array("MARTLET CHECKPOINT 1".utf8), "a Martlet checkpoint"),
    ([0x80, 2, 0x7d], "a Python pickle"),
    ([UInt8](repeating: 0, count: 40), "zero bytes, at least at its start"),
    (Array("\u{feff}<HTML lang='en'>".utf8), "a web page (HTML)"),
    (Array("{\"error\": 404}".utf8), "a JSON file"),
    (Array("version https://git-lfs.github.com/spec/v1\noid".utf8), "a Git LFS pointer, not the file itself"),
    (Array("name: run\ndata: x\n".utf8), "a text file that starts with 'name: run'"),
    // A character truncated at the end does not make text binary.
    (Array("Größe, Länge und Höh".utf8) + [0xc3], "a text file that starts with 'Größe, Länge und Höh'"),
    ([0xff, 0xfe, 0x6e, 0], "a UTF-16 text file"),
  ]

  /// The start of an archive whose first member has this name.
  private static func zip(_ name: String) -> [UInt8] {
    [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(name.utf8.count), 0, 0, 0] + Array(name.utf8)
  }

  @Test("is recognized by its first bytes", arguments: kinds.indices)
  func naming(index: Int) {
    let (start, name) = Self.kinds[index]
    #expect(FileKind(startingWith: start)?.description == name)
  }
}
