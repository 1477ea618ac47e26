// Trains a network, and prints how often memory is allocated in 100 of its steps.
//
//   AllocationCounter <configuration> <workers> [--allocating]
//
// A program of its own, so that what it does to the allocators stays out of the tests and out of sanitizers.

import Martlet

let (path, workers) = (CommandLine.arguments[1], Int(CommandLine.arguments[2]) ?? 1)
var training = try RunConfiguration(contentsOf: path).training
training.metrics.append(AllocationProbe())
training.batchSize = 16
let data = try DigitsSource(trainCount: 4000, testCount: 1).load()
let trainer = try Trainer(training, inputShape: [28, 28, 1], workerCount: workers)

/// Dispatch may start threads at any time, independently of the steps: only allocations that recur are those of steps.
var fewest = Int.max
try trainer.fit(data.train, maxSteps: 20)
for _ in 0..<20 where fewest > 0 {
  let sum = AllocationSum()
  try trainer.fit(data.train, epochs: .max, maxSteps: trainer.state.step + 100, callbacks: [sum])
  fewest = min(fewest, sum.allocations)
}
print("100 steps, \(fewest) allocations")
