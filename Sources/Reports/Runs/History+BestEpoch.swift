import Training

extension History {
  /// The epoch, from 1, with the best value of a metric, the first of equals; nil if no epoch has one.
  func bestEpoch(by metric: String) -> Int? {
    let monitor = MetricMonitor(metric)
    var best: (epoch: Int, value: Double)?
    for (index, value) in self[metric].enumerated() where monitor.isBetter(value, than: best?.value) {
      best = (index + 1, value)
    }
    return best?.epoch
  }
}
