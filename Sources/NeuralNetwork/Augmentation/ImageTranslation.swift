/// Translates an image along both axes: each value becomes a weighted mean of up to two by two values, where those beyond
/// the edge are given by the fill mode.
struct ImageTranslation: ImageChange {
  let rows: TranslatedAxis
  let columns: TranslatedAxis
  /// The value beyond the edge for `FillMode.constant`.
  let fillValue: Float

  static func scratchCount(_ image: ImagePlanes) -> Int {
    (PixelRuns.capacity(image.height) + PixelRuns.capacity(image.width)) * PixelRun.floatCount
  }

  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    y.update(repeating: 0, count: image.count * image.planeCount)
    let channels = image.channels
    forEachRow(image, scratch) { row, source, weight, columns in
      let target = y + row
      guard let source else { return add(weight * fillValue, to: target, count: image.rowCount) }
      for run in columns {
        let (part, count) = (weight * run.weight, Int(run.count) * channels)
        let output = target + Int(run.start) * channels
        if run.isFill {
          add(part * fillValue, to: output, count: count)
        } else {
          add(x + source + Int(run.source) * channels, part, to: output, count: count)
        }
      }
    }
  }

  func transpose(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    dx.update(repeating: 0, count: image.count * image.planeCount)
    let channels = image.channels
    forEachRow(image, scratch) { row, source, weight, columns in
      guard let source else { return }
      for run in columns where !run.isFill {
        add(
          dy + row + Int(run.start) * channels, weight * run.weight, to: dx + source + Int(run.source) * channels,
          count: Int(run.count) * channels)
      }
    }
  }

  /// Calls `body` for each row of each plane and each of its source rows.
  ///
  /// - Parameter body: the offset of the row and of its source (nil for the fill value), the weight of the source, and the
  ///   runs of columns.
  @inline(__always)
  private func forEachRow(
    _ image: ImagePlanes, _ scratch: UnsafeMutablePointer<Float>,
    _ body: (_ row: Int, _ source: Int?, _ weight: Float, _ columns: UnsafeBufferPointer<PixelRun>) -> Void
  ) {
    let (rowCapacity, columnCapacity) = (PixelRuns.capacity(image.height), PixelRuns.capacity(image.width))
    scratch.withMemoryRebound(to: PixelRun.self, capacity: rowCapacity + columnCapacity) { table in
      let (rows, columns) = (rows.runs(at: table), columns.runs(at: table + rowCapacity))
      for plane in 0..<image.count {
        for run in rows.all {
          for index in 0..<Int(run.count) {
            let row = plane * image.planeCount + (Int(run.start) + index) * image.rowCount
            let source = plane * image.planeCount + (Int(run.source) + index) * image.rowCount
            body(row, run.isFill ? nil : source, run.weight, columns.all)
          }
        }
      }
    }
  }

  @inline(__always)
  private func add(
    _ values: UnsafePointer<Float>, _ weight: Float, to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { sum[index] += weight * values[index] }
  }

  @inline(__always)
  private func add(_ value: Float, to sum: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { sum[index] += value }
  }
}
