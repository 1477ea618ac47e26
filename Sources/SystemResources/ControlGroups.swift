/// The control groups of this process, through which containers, Slurm and systemd limit its resources: version 2,
/// version 1, or both.
struct ControlGroups {
  /// The content of `/proc/self/cgroup`: `NUMBER:CONTROLLERS:PATH` per hierarchy; version 2 lists no controllers.
  let text: String
  /// The mount point of the hierarchies.
  let root: String

  init(_ text: String, root: String = "/sys/fs/cgroup") {
    self.text = text
    self.root = root
  }

  static var own: ControlGroups? { TextFile.read("/proc/self/cgroup").map { ControlGroups($0) } }

  /// A controller's settings of the process's group and all its ancestors; each limits its descendants.
  ///
  /// - Parameters:
  ///   - file: the file of the setting in version 2.
  ///   - version1: the files in version 1; their contents are joined by spaces.
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

  /// `/a/b` gives the empty path of the root, `/a` and `/a/b`. In a container only the root may be visible, as its own
  /// group.
  private static func withParents(_ path: Substring) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).map { parts.prefix($0).map { "/\($0)" }.joined() }
  }
}
