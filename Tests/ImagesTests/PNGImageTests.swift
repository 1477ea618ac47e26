import Images
import Testing

struct PNGImageTests {
  @Test("begins with the signature of PNG")
  func signature() {
    let image = PNGImage(height: 1, width: 2, channels: 1, pixels: [0, 255])
    #expect(image.encoded.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  }
}
