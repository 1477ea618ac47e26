import Images
import Testing

@Suite("Files of other formats")
struct OtherFormatsTests {
  @Test(
    "are named",
    arguments: [
      ("", "is empty"), ("GIF89a...", "is a GIF picture; convert it to PNG or JPEG."),
      ("BM\u{1}\0....", "is a BMP picture"),
      ("RIFF....WEBPVP8 ", "is a WebP picture"), ("II*\0....", "is a TIFF picture"), ("MM\0*....", "is a TIFF picture"),
      ("\0\0\0\u{18}ftypheic....", "is a HEIC picture"), ("\0\0\0\u{18}ftypavif....", "is an AVIF picture"),
      ("\0\0\0\u{c}jP  \r\n", "is a JPEG 2000 picture"), ("8BPS....", "is a Photoshop document"),
      ("P6\n2 2\n255\n", "is a PBM, PGM or PPM picture"), ("\0\0\u{1}\0\u{1}\0", "is an icon"),
      ("<svg xmlns='http://www.w3.org/2000/svg'/>", "is an SVG drawing"),
      ("<!DOCTYPE html><html>Not found</html>", "is an HTML page, perhaps a failed download"),
      ("\n <HTML><body>403", "is an HTML page"), ("<?xml version='1.0'?><a/>", "is an XML file"),
      ("label,path\n1,a.png\n", "is a text file, not a PNG or JPEG picture."), ("BMW,1\n", "is a text file"),
      ("%PDF-1.7", "is a PDF document"),
      ("PK\u{3}\u{4}......", "is a zip archive"),
      ("version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
      ("\u{1}\u{2}\u{3}\u{4}\u{5}", "is not a PNG or JPEG picture"),
    ])
  func named(text: String, message: String) { expect(Array(text.utf8), message) }

  @Test(
    "are named by their first bytes",
    arguments: [
      ([0x1f, 0x8b, 8, 0], "is a gzip file"), ([0x93] + Array("NUMPY".utf8), "is a NumPy array"),
      ([0x89] + Array("HDF\r\n\u{1a}\n".utf8), "is an HDF5 file"), ([0xff, 0x0a, 1], "is a JPEG XL picture"),
      ([0x89] + Array("PNG\n\u{1a}\n....".utf8), "is a corrupt PNG: its first 8 bytes are wrong, as after"),
      ([0x09] + Array("PNG\r\n\u{1a}\n".utf8), "is a corrupt PNG: its first 8 bytes are wrong"),
      ([0xff, 0xd8], "is a truncated JPEG: it has only 2 bytes"), ([0x89], "is a truncated PNG: it has only 1 bytes"),
    ] as [([UInt8], String)])
  func namedByBytes(bytes: [UInt8], message: String) { expect(bytes, message) }

  private func expect(_ bytes: [UInt8], _ message: String) {
    let error = #expect(throws: ImageError.self) { try ImageDecoder.header(of: bytes) }
    #expect(error?.reason.hasPrefix(message) == true, "\(error?.reason ?? "")")
    let decodingError = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes, .rgb) }
    #expect(decodingError == error)
  }
}
