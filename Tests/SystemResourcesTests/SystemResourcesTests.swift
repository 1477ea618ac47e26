import Foundation
import TestSupport
import Testing

@testable import SystemResources

@Suite("Resources of the process")
struct SystemResourcesTests {
  @Test("cores are limited by affinity, quota and Slurm")
  func cores() {
    #expect(AvailableCores.count(affinity: 16, quota: 2.5, slurm: nil) == 3)
    #expect(AvailableCores.count(affinity: 16, quota: nil, slurm: 4) == 4)
    #expect(AvailableCores.count(affinity: 2, quota: 8, slurm: 4) == 2)
    #expect(AvailableCores.count(affinity: nil, quota: 0.2, slurm: nil) == 1)
    #expect(
      AvailableCores.affinityCount(processStatus: "Name:\tx\nCpus_allowed:\tff,0000000f\nCpus_allowed_list:\t0-3\n")
        == 12)
    #expect(AvailableCores.count() >= 1)
  }

  @Test("memory is limited by the machine, control groups and the address space")
  func memory() {
    let taken = ProcessMemory(resident: 10, mapped: 100)
    #expect(Memory.available(machine: 1000, group: nil, addressSpace: nil, taken: taken) == 990)
    #expect(Memory.available(machine: 1000, group: 500, addressSpace: nil, taken: taken) == 490)
    #expect(Memory.available(machine: 1000, group: .max, addressSpace: 800, taken: taken) == 700)
    #expect(Memory.available(machine: 1000, group: 5, addressSpace: 800, taken: taken) == 0)
    let page = sysconf(Int32(_SC_PAGESIZE))
    #expect(ProcessMemory(statm: "30 20 7 1 0 9 0\n").mapped == 30 * page)
    #expect(ProcessMemory(statm: "30 20 7 1 0 9 0\n").resident == 20 * page)
    #expect(ProcessMemory.own.resident > page && ProcessMemory.own.mapped > ProcessMemory.own.resident)
  }

  @Test("unavailable memory is not reported as available")
  func canHold() {
    #expect(Memory.canHold(0))
    #expect(Memory.canHold(1 << 20))
    // What other tests give back meanwhile is less than that.
    #expect(!Memory.canHold(sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))))
    #expect(!Memory.canHold(.max))
  }
}

@Suite("Control groups")
struct ControlGroupTests {
  /// A tree of settings as in the kernel's file system.
  private func groups(_ text: String, _ settings: [String: String]) throws -> (TemporaryDirectory, ControlGroups) {
    let directory = try TemporaryDirectory()
    for (name, setting) in settings {
      let parent = URL(filePath: "\(directory.path)/\(name)").deletingLastPathComponent()
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
      _ = try directory.write(setting, to: name)
    }
    return (directory, ControlGroups(text, root: directory.path))
  }

  @Test("of version 2 limit their descendants: the tightest limit applies")
  func version2() throws {
    let (directory, groups) = try groups(
      "0::/slurm/job/step\n",
      [
        "slurm/memory.max": "max\n", "slurm/job/memory.max": "3000\n", "slurm/job/step/memory.max": "5000\n",
        "slurm/cpu.max": "150000 100000\n", "slurm/job/step/cpu.max": "max 100000\n", "other/memory.max": "1\n",
      ])
    #expect(groups.memory == 3000)
    #expect(groups.cores == 1.5)
    withExtendedLifetime(directory) {}
  }

  @Test("of version 1 have a tree for each controller")
  func version1() throws {
    let (directory, groups) = try groups(
      "4:cpu,cpuacct:/x\n2:memory:/docker/y\n1:name=systemd:/z\n0::/\n",
      [
        "memory/memory.limit_in_bytes": "9223372036854771712\n",
        "memory/docker/memory.limit_in_bytes": "9223372036854771712\n",
        "memory/docker/y/memory.limit_in_bytes": "4000\n",
        "cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n",
        "cpu/x/cpu.cfs_quota_us": "50000\n", "cpu/x/cpu.cfs_period_us": "100000\n",
      ])
    #expect(groups.memory == 4000)
    #expect(groups.cores == 0.5)
    withExtendedLifetime(directory) {}
  }

  @Test("are seen from within a container, where the root is its own group")
  func container() throws {
    let (first, version2) = try groups("0::/\n", ["memory.max": "7000\n"])
    let (second, version1) = try groups("2:memory:/docker/y\n", ["memory/memory.limit_in_bytes": "8000\n"])
    #expect(version2.memory == 7000)
    #expect(version1.memory == 8000)
    #expect(version2.cores == nil && version1.cores == nil)
    withExtendedLifetime((first, second)) {}
  }

  @Test("that are missing impose no limit")
  func none() throws {
    let (directory, groups) = try groups("nonsense\n0::/a\n", [:])
    #expect(groups.memory == nil && groups.cores == nil)
    withExtendedLifetime(directory) {}
  }
}
