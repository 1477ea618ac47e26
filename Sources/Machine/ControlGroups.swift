/// The control groups of this process, in which containers, Slurm and systemd set what it gets of the machine: version 2,
/// version 1, or both.
struct ControlGroups {
  /// What `/proc/self/cgroup` says: `NUMBER:CONTROLLERS:PATH` for each hierarchy; that of version 2 names no controllers.
  let text: String
  /// Where the hierarchies are mounted.
  let root: String

  init(_ text: String, root: String = "/sys/fs/cgroup") {
    self.text = text
    self.root = root
  }

  static var own: ControlGroups? { TextFile.read("/proc/self/cgroup").map { ControlGroups($0) } }

  /// What the process's group and all above it have set for a controller; each limits those below it.
  ///
  /// - Parameters:
  ///   - file: where version 2 keeps the setting.
  ///   - version1: where version 1 keeps it; what stands in several files is joined by spaces.
  func settings(of controller: String, _ file: String, version1: [String]) -> [String] {
    text.split(separator: "\n").flatMap { line -> [String] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let groups = Self.withParents(fields[2])
      if fields[1].isEmpty { return groups.compactMap { TextFile.read("\(root)\($0)/\(file)") } }
      guard fields[1].split(separator: ",").contains(Substring(controller)) else { return [] }
      return groups.map { group in
        version1.compactMap { TextFile.read("\(root)/\(controller)\(group)/\($0)") }.joined(separator: " ")
      }
    }
  }

  /// `/a/b` gives the empty path of the root, `/a` and `/a/b`. In a container the root may be all there is to see: its own
  /// group.
  private static func withParents(_ path: Substring) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).map { parts.prefix($0).map { "/\($0)" }.joined() }
  }
}
