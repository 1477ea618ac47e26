/// The vector kernels of one build. A kernel processes one or more shards on one thread, and allocates nothing.
///
/// Every sum has an order that depends only on the sizes, so that a sample's results do not depend on its place in the
/// shard.
public enum VectorKernels {}

extension VectorKernels {
  /// The number of scratch floats of the dense kernels for up to `shards` shards.
  @inline(never)
  public static func denseScratchCount(shards: Int) -> Int {
    // A tile per level of the tree over the shards, or several for the forward pass.
    max(Int.bitWidth - shards.leadingZeroBitCount, tilesAtATime) * tileRows * WidestRow.width * lanes
  }

  /// output = input · weightsᵀ + bias.
  ///
  /// - Parameters:
  ///   - input: (samples, inputs)
  ///   - weights: (units, inputs)
  ///   - bias: (units), or nil for none
  ///   - output: (samples, units), overwritten
  ///   - scratch: `denseScratchCount` floats
  @inline(never)
  public static func denseForward(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, inputs: Int, units: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    // A column of the tile is a unit here, not a vector of them.
    let panels = (units + WidestRow.width - 1) / WidestRow.width
    for panel in 0..<panels {
      let first = units * panel / panels
      let count = units * (panel + 1) / panels - first
      withRow(
        width: count,
        DotProducts(
          input: input, weights: weights + first * inputs, bias: bias.map { $0 + first }, output: output + first,
          samples: samples, inputs: inputs, units: units, scratch: scratch))
    }
  }

  /// inputGradient = outputGradient · weights.
  ///
  /// - Parameters:
  ///   - outputGradient: (samples, units)
  ///   - weights: (units, inputs)
  ///   - inputGradient: (samples, inputs), overwritten
  @inline(never)
  public static func denseInputGradient(
    outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, inputs: Int, units: Int
  ) {
    let panels = ColumnPanels(columns: inputs)
    for panel in 0..<panels.count {
      let column = panels.firstColumn(of: panel)
      withRow(
        width: panels.width(of: panel),
        MatrixProduct(
          a: outputGradient, rowOffsets: Strided(units), depthOffsets: Strided(1), b: weights + column,
          bStride: inputs, c: inputGradient + column, targetOffsets: Strided(inputs), rows: samples, depth: units,
          lastLanes: panels.lastLanes(of: panel)))
    }
  }

  /// weightGradient = outputGradientᵀ · input, and the sum of outputGradient over the samples.
  ///
  /// Shards are summed separately, and their sums in the tree of `sumShards`, while they are in the L1 cache.
  ///
  /// - Parameters:
  ///   - outputGradient: (samples, units)
  ///   - input: (samples, inputs)
  ///   - weightGradient: (units, inputs), overwritten
  ///   - biasGradient: (units), overwritten; nil for no bias
  ///   - shardEnds: for each shard the index after its last sample
  ///   - scratch: `denseScratchCount` floats
  @inline(never)
  public static func denseWeightGradient(
    outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, shardEnds: UnsafePointer<Int32>, shards: Int, inputs: Int, units: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let panels = ColumnPanels(columns: inputs)
    for panel in 0..<panels.count {
      let column = panels.firstColumn(of: panel)
      withRow(
        width: panels.width(of: panel),
        WeightGradient(
          outputGradient: outputGradient, input: input + column, weightGradient: weightGradient + column,
          shardEnds: shardEnds, shards: shards, inputs: inputs, units: units, scratch: scratch,
          lastLanes: panels.lastLanes(of: panel)))
    }
    guard let biasGradient else { return }
    columnSums(
      outputGradient, columns: units, shardEnds: shardEnds, shards: shards, sums: biasGradient, scratch: scratch)
  }

  /// Sums the rows of each shard, and the shards in the tree of `sumShards`.
  @inline(never)
  private static func columnSums(
    _ values: UnsafePointer<Float>, columns: Int, shardEnds: UnsafePointer<Int32>, shards: Int,
    sums: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<columns {
      var first = 0
      for shard in 0..<shards {
        var sum: Float = 0
        for row in first..<Int(shardEnds[shard]) { sum += values[row * columns + column] }
        first = Int(shardEnds[shard])
        let levels = ShardTree.levels(at: shard, of: shards)
        scratch[levels.upperBound] = sum
        for level in levels.reversed() { scratch[level] += scratch[level + 1] }
      }
      sums[column] = scratch[0]
    }
  }
}

/// The maximum number of inputs per unit processed at a time: with more, the weights of a panel's units would not stay
/// in the L1 cache from one tile to the next.
@_transparent private var inputsAtATime: Int { 832 }
/// The tiles whose partial sums are kept for the next inputs.
@_transparent private var tilesAtATime: Int { 8 }

/// Some units of a dense layer: the dot products of inputs and weights.
private struct DotProducts: ColumnPanel {
  let input: UnsafePointer<Float>
  let weights: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  let output: UnsafeMutablePointer<Float>
  let samples: Int
  let inputs: Int
  let units: Int
  let scratch: UnsafeMutablePointer<Float>

  @inline(__always)
  func callAsFunction<Row: VectorRow>(_ row: Row.Type) {
    let tileCount = tileRows * Row.width * lanes
    for first in stride(from: 0, to: samples, by: tilesAtATime * tileRows) {
      let end = min(first + tilesAtATime * tileRows, samples)
      for input in stride(from: 0, to: inputs, by: inputsAtATime) {
        for (tile, sample) in stride(from: first, to: end, by: tileRows).enumerated() {
          addProducts(
            row, sample: sample, inputs: input..<min(input + inputsAtATime, inputs), scratch + tile * tileCount)
        }
      }
      for (tile, sample) in stride(from: first, to: end, by: tileRows).enumerated() {
        sumLanes(
          scratch + tile * tileCount, bias: bias, output: output + sample * units,
          rows: min(tileRows, samples - sample), columns: Row.width, stride: units)
      }
    }
  }

  /// Adds the lane-wise sums of each row times each column to `sums` (rows, columns, lanes); from input 0 on,
  /// overwrites them.
  ///
  /// The sum over the lanes is separate: its shuffles would be moved into the loop.
  @inline(never)
  private func addProducts<Row: VectorRow>(
    _: Row.Type, sample: Int, inputs range: Range<Int>, _ sums: UnsafeMutablePointer<Float>
  ) {
    let rows = RowPointers(input, Strided(inputs), from: sample, count: min(tileRows, samples - sample))
    var tile = range.lowerBound == 0 ? Tile(repeating: Row()) : Tile(sums, stride: Row.width * lanes)
    var index = range.lowerBound
    while index &+ lanes <= range.upperBound {
      tile.addVectors(rows, at: index, times: Row(weights + index, stride: inputs))
      index = index &+ lanes
    }
    if index < range.upperBound {
      let rest = range.upperBound - index
      tile.addFirst(rest, rows, at: index, times: Row(weights + index, stride: inputs, first: rest))
    }
    tile.forEachRow(sums, Strided(Row.width * lanes), from: 0, count: tileRows) { $0.store($1) }
  }
}

@inline(never)
private func sumLanes(
  _ scratch: UnsafePointer<Float>, bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, rows: Int,
  columns: Int, stride: Int
) {
  for row in 0..<rows {
    for column in 0..<columns {
      let value = sum(loadVector(scratch + (row * columns + column) * lanes))
      if let bias {
        output[row * stride + column] = value + bias[column]
      } else {
        output[row * stride + column] = value
      }
    }
  }
}

/// The weight gradients of some inputs, for all units.
private struct WeightGradient: ColumnPanel {
  let outputGradient: UnsafePointer<Float>
  let input: UnsafePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>
  let shardEnds: UnsafePointer<Int32>
  let shards: Int
  let inputs: Int
  let units: Int
  let scratch: UnsafeMutablePointer<Float>
  let lastLanes: Int

  @inline(__always)
  func callAsFunction<Row: VectorRow>(_ row: Row.Type) {
    var unit = 0
    while unit < units {
      sumShards(row, unit: unit, count: min(tileRows, units - unit))
      unit += tileRows
    }
  }

  /// Sums the shards of one tile of weights. Level 0 of the tree is the gradient itself, the others are in scratch.
  @inline(__always)
  private func sumShards<Row: VectorRow>(_ row: Row.Type, unit: Int, count: Int) {
    let (gradient, wide) = (weightGradient + unit * inputs, Row.width * lanes)
    var first = 0
    for shard in 0..<shards {
      let samples = Int(shardEnds[shard]) - first
      let levels = ShardTree.levels(at: shard, of: shards)
      let top = levels.isEmpty ? levels.upperBound : levels.upperBound - 1
      MatrixProduct(
        a: outputGradient + first * units + unit, rowOffsets: Strided(1), depthOffsets: Strided(units),
        b: input + first * inputs, bStride: inputs, c: top == 0 ? gradient : scratch + top * tileRows * wide,
        targetOffsets: Strided(top == 0 ? inputs : wide), rows: count, depth: samples, lastLanes: lastLanes,
        destination: levels.isEmpty ? .overwrite : .add)(row)
      for level in (levels.lowerBound..<top).reversed() {
        let upper = scratch + (level + 1) * tileRows * wide
        let (lower, stride) = level == 0 ? (gradient, inputs) : (upper - tileRows * wide, wide)
        for index in 0..<count { add(row, upper + index * wide, to: lower + index * stride) }
      }
      first += samples
    }
  }

  @inline(__always)
  private func add<Row: VectorRow>(
    _: Row.Type, _ upper: UnsafePointer<Float>, to lower: UnsafeMutablePointer<Float>
  ) {
    var total = Row(lower, last: lastLanes)
    total.add(Row(upper, last: lastLanes))
    total.store(lower, last: lastLanes)
  }
}
