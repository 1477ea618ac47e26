/// The statistics of all parts of a data set, and what is wrong or remarkable in them.
package struct DatasetReport: Sendable {
  /// The statistics of each part.
  package let parts: [(name: DatasetSplit, statistics: DatasetStatistics)]
  /// The names of the classes by label; nil if they have none.
  package let classNames: [String]?
  /// What was found, problems first.
  package let findings: [DatasetFinding]

  /// Looks at every sample of every part once.
  ///
  /// - Throws: `DatasetError` or `FileError` if an input cannot be decoded.
  package init(_ parts: [DatasetPart]) throws {
    let scanned = try parts.map { (name: $0.name, statistics: try DatasetStatistics($0.data)) }
    let classNames = parts.lazy.compactMap(\.data.classNames).first
    self.parts = scanned
    self.classNames = classNames
    let found =
      SampleFindings(parts, scanned.map(\.statistics)).all
      + ClassFindings(parts: scanned, classNames: classNames).all
    findings = DatasetFinding.Kind.allCases.flatMap { kind in found.filter { $0.kind == kind } }
  }

  /// The findings that are problems.
  package var problems: [DatasetFinding] { findings.filter(\.kind.isProblem) }
  /// The findings that may be intended.
  package var remarks: [DatasetFinding] { findings.filter { !$0.kind.isProblem } }
  /// The labels of all parts, in rising order; empty without classes.
  package var labels: [Int] {
    Set(parts.flatMap { $0.statistics.classes?.map(\.label) ?? [] }).union(classNames?.indices ?? 0..<0).sorted()
  }
}
