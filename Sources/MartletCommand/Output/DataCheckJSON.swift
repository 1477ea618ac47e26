import Martlet

/// The report of `data check` as JSON.
struct DataCheckJSON {
  /// The document, on one line.
  let text: String

  init(_ report: DatasetReport, name: String) {
    let parts = report.parts.map { Self.part($0.name, $0.statistics, report.classNames) }
    let findings = report.findings.map(Self.finding)
    text =
      ConfigurationNode(mapping: [
        ConfigurationEntry("data", ConfigurationNode(.string(name))),
        ConfigurationEntry("parts", ConfigurationNode(.sequence(parts))),
        ConfigurationEntry("findings", ConfigurationNode(.sequence(findings))),
        ConfigurationEntry("problems", ConfigurationNode(.integer(report.problems.count))),
        ConfigurationEntry("remarks", ConfigurationNode(.integer(report.remarks.count))),
      ]).json
  }

  private static func part(
    _ name: DatasetSplit, _ statistics: DatasetStatistics, _ classNames: [String]?
  ) -> ConfigurationNode {
    let classes = statistics.classes.map { classes in
      [
        ConfigurationEntry(
          "classes",
          ConfigurationNode(
            .sequence(
              classes.map { entry in
                let name = classNames.flatMap { $0.indices.contains(entry.label) ? $0[entry.label] : nil }
                return ConfigurationNode(
                  mapping: [ConfigurationEntry("label", ConfigurationNode(.integer(entry.label)))]
                    + (name.map { [ConfigurationEntry("name", ConfigurationNode(.string($0)))] } ?? [])
                    + [ConfigurationEntry("samples", ConfigurationNode(.integer(entry.count)))])
              })))
      ]
    }
    let shape = statistics.input.shape.dimensions.map { ConfigurationNode(.integer($0)) }
    return ConfigurationNode(
      mapping: [
        ConfigurationEntry("name", ConfigurationNode(.string(name.rawValue))),
        ConfigurationEntry("samples", ConfigurationNode(.integer(statistics.count))),
        ConfigurationEntry("shape", ConfigurationNode(.sequence(shape))),
        ConfigurationEntry(
          "element", ConfigurationNode(.string(statistics.input.element == .uint8 ? "uint8" : "float32"))),
        ConfigurationEntry("inputs", ConfigurationNode(.sequence(statistics.channels.map(values)))),
        ConfigurationEntry("targets", ConfigurationNode(.sequence(statistics.targets.map(values)))),
      ] + (classes ?? []))
  }

  private static func values(_ values: ValueStatistics) -> ConfigurationNode {
    ConfigurationNode(mapping: [
      ConfigurationEntry("mean", ConfigurationNode(.number(values.mean))),
      ConfigurationEntry("deviation", ConfigurationNode(.number(values.deviation))),
      ConfigurationEntry("minimum", ConfigurationNode(.number(values.minimum))),
      ConfigurationEntry("maximum", ConfigurationNode(.number(values.maximum))),
    ])
  }

  private static func finding(_ finding: DatasetFinding) -> ConfigurationNode {
    ConfigurationNode(mapping: [
      ConfigurationEntry("kind", ConfigurationNode(.string(finding.kind.rawValue))),
      ConfigurationEntry("problem", ConfigurationNode(.bool(finding.kind.isProblem))),
      ConfigurationEntry("count", ConfigurationNode(.integer(finding.count))),
      ConfigurationEntry("summary", ConfigurationNode(.string(finding.summary))),
      ConfigurationEntry(
        "examples", ConfigurationNode(.sequence(finding.examples.map { ConfigurationNode(.string($0)) }))),
    ])
  }
}
