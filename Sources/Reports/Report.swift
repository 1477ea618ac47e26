/// A report of a run, or of several compared with each other, as one HTML file. Equal runs, data and logs give equal bytes.
package struct Report {
  private let runs: [ReportedRun]

  /// The first bytes of every report.
  package static var start: String { Page.start }

  /// - Precondition: there is a run.
  package init(_ runs: [ReportedRun]) {
    precondition(!runs.isEmpty, "a report needs a run")
    self.runs = runs
  }

  /// The text of the file.
  package var html: String {
    runs.count == 1 ? RunReport(run: runs[0]).page.html : ComparisonReport(runs: runs).page.html
  }
}
