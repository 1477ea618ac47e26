/// The vector kernels of one build. A kernel processes one or more shards on one thread, and allocates nothing.
///
/// Every sum has an order that depends only on the sizes, so that a sample's results do not depend on its place in the
/// shard.
public enum VectorKernels {}

extension VectorKernels {
  /// The number of scratch floats of the dense kernels for up to `samples` samples in up to `shards` shards.
  @inline(never)
  public static func denseScratchCount(samples: Int, units: Int, shards: Int) -> Int {
    DenseScratch(samples: samples, units: units, shards: shards).count
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
  ///   - scratch: `denseScratchCount` floats
  @inline(never)
  public static func denseInputGradient(
    outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, inputs: Int, units: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    let panels = ColumnPanels(columns: inputs)
    // A copy pays from the third tile on: rows of the weights are pages apart.
    let isPacked = samples > 2 * tileRows
    for panel in 0..<panels.count {
      let (column, width) = (panels.firstColumn(of: panel), panels.width(of: panel))
      if isPacked {
        packColumns(weights + column, rows: units, columns: inputs - column, width: width, inputs, scratch)
      }
      MatrixProduct(
        a: outputGradient, rowOffsets: Strided(units), depthOffsets: Strided(1),
        b: isPacked ? UnsafePointer(scratch) : weights + column, bStride: isPacked ? width * lanes : inputs,
        c: inputGradient + column, targetOffsets: Strided(inputs), rows: samples, depth: units,
        lastLanes: panels.lastLanes(of: panel), isPacked: isPacked)(width: width)
    }
  }

  /// Packs the first columns of a matrix in rows of `width` vectors, with zeros after the last column.
  ///
  /// - Parameters:
  ///   - columns: the number of columns from the first one to the end of a row.
  ///   - stride: the distance of the rows of the matrix.
  @inline(never)
  private static func packColumns(
    _ matrix: UnsafePointer<Float>, rows: Int, columns: Int, width: Int, _ stride: Int,
    _ packed: UnsafeMutablePointer<Float>
  ) {
    let wide = width * lanes
    for row in 0..<rows {
      copyRow(matrix + row * stride, count: min(wide, columns), packed + row * wide, padded: wide)
    }
  }

  /// weightGradient = outputGradientᵀ · input, and the sum of outputGradient over the samples, for some weights.
  ///
  /// Shards are summed separately, and their sums in the tree of `sumShards`, while they are in the L1 cache.
  ///
  /// - Parameters:
  ///   - outputGradient: (samples, units)
  ///   - input: (samples, inputs)
  ///   - weightGradient: (units, inputs), overwritten for the units in `unitRange` and the inputs in `inputRange`
  ///   - biasGradient: (units), overwritten for the units in `unitRange`; nil for no bias
  ///   - shardEnds: for each shard the index after its last sample
  ///   - scratch: `denseScratchCount` floats
  @inline(never)
  public static func denseWeightGradient(
    outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, shardEnds: UnsafePointer<Int32>, shards: Int, inputs: Int, units: Int,
    unitRange: Range<Int>, inputRange: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: unitRange.lowerBound, to: unitRange.upperBound, by: unitsAtATime) {
      let count = min(unitsAtATime, unitRange.upperBound - first)
      computeWeightGradient(
        outputGradient + first, input, weightGradient + first * inputs, shardEnds, shards, inputs, inputRange,
        stride: units, units: count, scratch)
      guard let biasGradient else { continue }
      columnSums(
        outputGradient + first, stride: units, columns: count, shardEnds: shardEnds, shards: shards,
        sums: biasGradient + first, scratch: scratch)
    }
  }

  /// The weight gradients of some units.
  @_transparent
  private static func computeWeightGradient(
    _ outputGradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>,
    _ weightGradient: UnsafeMutablePointer<Float>, _ shardEnds: UnsafePointer<Int32>, _ shards: Int, _ inputs: Int,
    _ inputRange: Range<Int>, stride: Int, units: Int, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let panels = ColumnPanels(columns: inputRange.count)
    let samples = Int(shardEnds[shards - 1])
    let parts = DenseScratch(samples: samples, units: units, shards: shards)
    let (gradients, columns) = (scratch + parts.gradientsStart, scratch + parts.columnsStart)
    packTiles(outputGradient, stride, samples: samples, units: units, gradients)
    for panel in 0..<panels.count {
      let (column, width) = (inputRange.lowerBound + panels.firstColumn(of: panel), panels.width(of: panel))
      packColumns(
        input + column, rows: samples, columns: inputRange.upperBound - column, width: width, inputs, columns)
      withRow(
        width: width,
        WeightGradient(
          gradients: gradients, columns: columns, weightGradient: weightGradient + column, shardEnds: shardEnds,
          shards: shards, samples: samples, inputs: inputs, units: units, scratch: scratch,
          lastLanes: panels.lastLanes(of: panel)))
    }
  }

  /// Packs output gradients (samples, units), `stride` floats apart, as (tiles, samples, tile rows), with zeros after
  /// the last unit: the values that a tile reads are contiguous.
  @inline(never)
  private static func packTiles(
    _ gradients: UnsafePointer<Float>, _ stride: Int, samples: Int, units: Int, _ packed: UnsafeMutablePointer<Float>
  ) {
    // Some tiles at a time, so that a cache line is read once.
    let block = 4 * tileRows
    for first in Swift.stride(from: 0, to: units, by: block) {
      for sample in 0..<samples {
        for unit in Swift.stride(from: first, to: min(first + block, units), by: tileRows) {
          let (source, target) = (gradients + sample * stride + unit, packed + unit * samples + sample * tileRows)
          let count = min(tileRows, units - unit)
          for row in 0..<tileRows { target[row] = row < count ? source[row] : 0 }
        }
      }
    }
  }

  /// Sums the rows of each shard, and the shards in the tree of `sumShards`.
  @inline(never)
  private static func columnSums(
    _ values: UnsafePointer<Float>, stride distance: Int, columns: Int, shardEnds: UnsafePointer<Int32>, shards: Int,
    sums: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    for column in stride(from: 0, to: columns, by: lanes) {
      let count = min(lanes, columns - column)
      var first = 0
      for shard in 0..<shards {
        var sum = Vector()
        for row in first..<Int(shardEnds[shard]) { sum += loadFirst(count, values + row * distance + column) }
        first = Int(shardEnds[shard])
        let levels = ShardTree.levels(at: shard, of: shards)
        for level in levels.reversed() { sum = loadVector(scratch + level * lanes) + sum }
        storeVector(sum, scratch + levels.lowerBound * lanes)
      }
      storeFirst(count, loadVector(scratch), sums + column)
    }
  }
}

/// The maximum number of inputs per unit processed at a time: with more, the weights of a panel's units would not stay
/// in the L1 cache from one tile to the next.
@_transparent private var inputsAtATime: Int { 832 }
/// The maximum number of units whose weight gradients are computed at a time: their packed output gradients stay in the
/// L2 cache from one panel of inputs to the next.
@_transparent private var unitsAtATime: Int { 120 }
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
      sumLanes(
        scratch, bias: bias, output: output + first * units, rows: end - first, columns: Row.width, stride: units)
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

/// Adds the bias to the sums over the lanes of `vectors` (rows, columns, lanes), which are overwritten.
@inline(never)
private func sumLanes(
  _ vectors: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, rows: Int,
  columns: Int, stride: Int
) {
  let count = rows * columns
  var index = 0
  // The sums take the place of vectors that were read.
  while index + lanes <= count {
    storeVector(sums(vectors + index * lanes), vectors + index)
    index += lanes
  }
  while index < count {
    vectors[index] = sum(loadVector(vectors + index * lanes))
    index += 1
  }
  for row in 0..<rows {
    for column in 0..<columns {
      let value = vectors[row * columns + column]
      if let bias {
        output[row * stride + column] = value + bias[column]
      } else {
        output[row * stride + column] = value
      }
    }
  }
}

/// The layout of the scratch memory of the dense kernels, in floats.
private struct DenseScratch {
  /// A tile per level of the tree over the shards, or several for the forward pass.
  private let tiles: Int
  private let columns: Int
  private let gradients: Int

  @_transparent init(samples: Int, units: Int, shards: Int) {
    tiles = max(Int.bitWidth - shards.leadingZeroBitCount, tilesAtATime) * tileRows * WidestRow.width * lanes
    columns = max(samples, units) * WidestRow.width * lanes
    gradients = samples * ((min(units, unitsAtATime) + tileRows - 1) / tileRows * tileRows)
  }

  @_transparent var columnsStart: Int { tiles }
  @_transparent var gradientsStart: Int { tiles + columns }
  @_transparent var count: Int { tiles + columns + gradients }
}

/// The weight gradients of some inputs, for some units.
private struct WeightGradient: ColumnPanel {
  /// (tiles, samples, tile rows)
  let gradients: UnsafePointer<Float>
  /// The inputs: (samples, panel width)
  let columns: UnsafePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>
  let shardEnds: UnsafePointer<Int32>
  let shards: Int
  let samples: Int
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

  /// Sums the shards of one tile of weights, in the levels of the tree.
  @inline(__always)
  private func sumShards<Row: VectorRow>(_ row: Row.Type, unit: Int, count: Int) {
    let (wide, last) = (Row.width * lanes, lastLanes)
    var first = 0
    for shard in 0..<shards {
      let end = Int(shardEnds[shard])
      let levels = ShardTree.levels(at: shard, of: shards)
      addShard(
        row, gradients + unit * samples + first * tileRows, columns + first * wide, depth: end - first,
        to: scratch + levels.lowerBound * tileRows * wide, levels: levels.count)
      first = end
    }
    // Level 0 holds the total.
    Tile<Row>(scratch, stride: wide).forEachRow(
      weightGradient + unit * inputs, Strided(inputs), from: 0, count: count
    ) { sums, target in sums.store(target, last: last) }
  }
}

/// Writes to a level of the tree: the sum of a shard, added to the levels from the last one down to that one. The sums
/// stay in registers.
///
/// Separate: what the loop over the shards needs would take registers from the sums.
///
/// - Parameters:
///   - gradients: (depth, tile rows)
///   - columns: (depth, panel width)
///   - target: the levels (tile rows, panel width), one after the other, of which the first is overwritten.
@inline(never)
private func addShard<Row: VectorRow>(
  _: Row.Type, _ gradients: UnsafePointer<Float>, _ columns: UnsafePointer<Float>, depth: Int,
  to target: UnsafeMutablePointer<Float>, levels: Int
) {
  let wide = Row.width * lanes
  let rows = RowPointers(gradients, Strided(1), from: 0, count: tileRows)
  var tile = Tile(repeating: Row())
  for index in 0..<depth { tile.addScalars(rows, at: index &* tileRows, times: Row(columns + index &* wide)) }
  var level = levels
  while level > 0 {
    level = level &- 1
    tile.add(target + level &* tileRows &* wide, stride: wide)
  }
  tile.forEachRow(target, Strided(wide), from: 0, count: tileRows) { $0.store($1) }
}
