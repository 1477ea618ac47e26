// swift-tools-version: 6.3
import PackageDescription

// MARK: - Flags, each with its reason

/// Kernels are 500 times slower without the optimizer, and 30 times with single-file optimization: debug builds and
/// their tests need both.
let optimizedInDebug: SwiftSetting = .unsafeFlags(
  ["-O", "-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode"], .when(configuration: .debug))

/// C in headers computes what is written: multiplications are not fused with additions, and `sqrt` is an instruction.
let exactArithmetic: [String] = ["-Xcc", "-ffp-contract=off", "-Xcc", "-fno-math-errno"]

/// Modules that compute: operations with an instruction are not calls.
let computing: [SwiftSetting] = [optimizedInDebug, .unsafeFlags(exactArithmetic)]

/// The instruction set of a kernel target. `InstructionSet` chooses among the builds once, at startup.
func instructionSet(_ march: String, define: String) -> [SwiftSetting] {
  [optimizedInDebug, .define(define), .unsafeFlags(["-Xcc", "-march=\(march)"] + exactArithmetic)]
}

#if arch(x86_64)
  let kernelsV4Settings = instructionSet("x86-64-v4", define: "MARTLET_V4")
  let kernelsV3Settings = instructionSet("x86-64-v3", define: "MARTLET_V3")
#else
  let kernelsV4Settings = [optimizedInDebug]
  let kernelsV3Settings = [optimizedInDebug]
#endif

/// A program's own allocators take precedence over those of the C library. They are defined in the linker, because the
/// compiler reserves `malloc`.
let ownAllocators = LinkerSetting.unsafeFlags(
  ["malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"].flatMap {
    ["-Xlinker", "--defsym=\($0)=martlet_\($0)"]
  })

// MARK: - Package

/// The fuzzing targets of the readers: libFuzzer has its own `main`, so only `Tests/Fuzzing/run` enables them.
let fuzzing: [Target] =
  Context.environment["MARTLET_FUZZING"] == nil
  ? []
  : [
    .executableTarget(
      name: "FuzzReaders",
      dependencies: [
        "Configuration", "Datasets", "DurableFiles", "HDF5Reading", "Images", "KerasFormat", "ZipArchive",
      ],
      path: "Tests/Fuzzing",
      exclude: ["run", "findings"], swiftSettings: [.unsafeFlags(["-parse-as-library"])])
  ]

let package = Package(
  name: "martlet",
  products: [
    .library(name: "Martlet", targets: ["Martlet"]),
    .executable(name: "martlet", targets: ["MartletCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // The C side: module maps and headers only.
    .target(name: "CVector"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),

    // The inner loops: one source, three builds (the v3 and v4 folders are links to the baseline's files).
    .target(
      name: "KernelsBaseline", dependencies: ["CVector"],
      swiftSettings: computing),
    .target(name: "KernelsV3", dependencies: ["CVector"], swiftSettings: kernelsV3Settings),
    .target(name: "KernelsV4", dependencies: ["CVector"], swiftSettings: kernelsV4Settings),
    .target(
      name: "Kernels", dependencies: ["CVector", "KernelsBaseline", "KernelsV3", "KernelsV4"],
      swiftSettings: [optimizedInDebug]),

    // The run, lowest module first.
    .target(name: "Configuration"),
    .target(name: "SystemResources"),
    .target(name: "Digests", dependencies: ["CCrypto"]),
    .target(name: "Tensors", swiftSettings: [optimizedInDebug]),
    .target(name: "DurableFiles", dependencies: ["SystemResources"]),
    .target(name: "Randomness", swiftSettings: computing),
    .target(name: "ElementaryFunctions", swiftSettings: computing),
    .target(
      name: "NeuralNetwork",
      dependencies: ["Configuration", "ElementaryFunctions", "Kernels", "Randomness", "Tensors"],
      swiftSettings: computing),
    .target(
      name: "ZipArchive", dependencies: ["CZlib", "DurableFiles", "SystemResources"],
      swiftSettings: [optimizedInDebug]),
    .target(name: "Images", dependencies: ["CJPEG", "CZlib", "SystemResources"], swiftSettings: computing),
    .target(
      name: "HDF5Reading", dependencies: ["DurableFiles", "SystemResources", "ZipArchive"],
      swiftSettings: [optimizedInDebug]),
    .target(
      name: "Datasets",
      dependencies: [
        "CZlib", "Configuration", "Digests", "DurableFiles", "HDF5Reading", "HDF5Writing", "Images", "Randomness",
        "SystemResources", "Tensors", "ZipArchive",
      ],
      swiftSettings: [optimizedInDebug]),
    .target(name: "ProtocolBuffers"),
    .target(name: "EventFiles", dependencies: ["DurableFiles", "ProtocolBuffers"]),
    // Optimized, so that the test of allocations in a step measures what users run.
    .target(
      name: "Training",
      dependencies: [
        "CVector", "Configuration", "Datasets", "DurableFiles", "ElementaryFunctions", "EventFiles", "Images",
        "Kernels", "SystemResources", "NeuralNetwork",
      ],
      swiftSettings: computing),
    .target(name: "HDF5Writing", dependencies: ["CHDF5"]),
    .target(
      name: "KerasFormat",
      dependencies: [
        "Configuration", "Datasets", "DurableFiles", "HDF5Reading", "HDF5Writing", "Kernels", "NeuralNetwork",
        "Training", "ZipArchive",
      ]),
    .target(
      name: "RunConfiguration",
      dependencies: [
        "Configuration", "Datasets", "DurableFiles", "NeuralNetwork", "Training", "Yams",
      ]),
    .target(
      name: "Checkpoints",
      dependencies: [
        "Configuration", "Datasets", "Digests", "DurableFiles", "HDF5Reading", "HDF5Writing", "KerasFormat",
        "NeuralNetwork", "RunConfiguration", "Training",
      ]),
    .target(
      name: "ModelFiles",
      dependencies: [
        "Configuration", "Datasets", "DurableFiles", "HDF5Reading", "KerasFormat", "NeuralNetwork", "ProtocolBuffers",
        "Training", "ZipArchive",
      ]),
    .target(
      name: "Martlet",
      dependencies: [
        "Checkpoints", "Configuration", "Datasets", "DurableFiles", "KerasFormat", "Kernels", "ModelFiles",
        "NeuralNetwork", "Randomness", "RunConfiguration", "SystemResources", "Training",
      ]),
    .target(
      name: "Reports",
      dependencies: [
        "Checkpoints", "Configuration", "Datasets", "DurableFiles", "Images", "Kernels", "NeuralNetwork",
        "RunConfiguration", "Training",
      ]),
    .executableTarget(
      name: "MartletCommand",
      dependencies: [
        "DurableFiles", "HDF5Writing", "Martlet", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // Tests, in the order of the modules they test.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .target(
      name: "KerasGolden", dependencies: ["Configuration", "HDF5Reading", "NeuralNetwork", "RunConfiguration"],
      path: "Tests/KerasGolden", exclude: ["Scripts"], resources: [.copy("Files")]),
    .executableTarget(
      name: "AllocationCounter", dependencies: ["Martlet"], path: "Tests/AllocationCounter",
      exclude: [
        "augmented.yml", "branches.yml", "centered.yml", "convolutions.yml", "everything.yml", "functions.yml",
        "residual.yml",
      ], linkerSettings: [ownAllocators]),
    .testTarget(
      name: "KernelsTests", dependencies: ["CVector", "Kernels", "Randomness", "TestSupport"],
      swiftSettings: [optimizedInDebug]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"]),
    .testTarget(name: "SystemResourcesTests", dependencies: ["SystemResources", "TestSupport"]),
    .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles", "TestSupport"]),
    .testTarget(name: "ZipArchiveTests", dependencies: ["ZipArchive"]),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness"]),
    .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
    .testTarget(name: "ProtocolBuffersTests", dependencies: ["ProtocolBuffers"]),
    .testTarget(name: "EventFilesTests", dependencies: ["DurableFiles", "EventFiles", "TestSupport"]),
    .testTarget(name: "ElementaryFunctionsTests", dependencies: ["ElementaryFunctions"]),
    .testTarget(
      name: "NeuralNetworkTests",
      dependencies: ["Configuration", "KerasGolden", "Kernels", "NeuralNetwork", "Randomness", "RunConfiguration"]),
    .testTarget(
      name: "ImagesTests", dependencies: ["CZlib", "Images", "ZipArchive"],
      exclude: ["make_golden.py"], resources: [.copy("Golden")]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: [
        "CZlib", "Configuration", "Datasets", "Digests", "DurableFiles", "Images", "Tensors", "TestSupport",
        "ZipArchive",
      ], resources: [.copy("Golden")]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Configuration", "Datasets", "DurableFiles", "Images", "KerasGolden", "Kernels", "NeuralNetwork", "TestSupport",
        "Training",
      ]),
    .testTarget(
      name: "HDF5Tests", dependencies: ["DurableFiles", "HDF5Reading", "HDF5Writing"], exclude: ["Golden"]),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: [
        "Checkpoints", "Datasets", "DurableFiles", "HDF5Reading", "NeuralNetwork", "RunConfiguration", "TestSupport",
        "Training",
      ]),
    .testTarget(
      name: "ModelFilesTests",
      dependencies: [
        "Checkpoints", "DurableFiles", "HDF5Reading", "KerasFormat", "Martlet", "ModelFiles", "TestSupport",
        "ZipArchive",
      ],
      resources: [.copy("Golden"), .copy("SameTraining"), .copy("Hostile")]),
    .testTarget(
      name: "RunConfigurationTests",
      dependencies: ["Configuration", "Datasets", "NeuralNetwork", "RunConfiguration", "TestSupport", "Training"]),
    .testTarget(name: "ReportsTests", dependencies: ["NeuralNetwork", "Reports"]),
    // AllocationCounter is run, not linked: its allocators would replace those of all tests and of sanitizers.
    .testTarget(
      name: "MartletTests",
      dependencies: [
        "Checkpoints", "Configuration", "DurableFiles", "Martlet", "MartletCommand", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["Golden", "Python"]),
  ] + fuzzing,
  swiftLanguageModes: [.v6]
)

// MARK: - Part of the package

/// The names of a target and of the targets of this package that it depends on.
@MainActor func withDependencies(_ name: String) -> Set<String> {
  guard let target = package.targets.first(where: { $0.name == name }) else { return [] }
  let names = target.dependencies.compactMap { dependency -> String? in
    if case .byNameItem(let name, _) = dependency { name } else { nil }
  }
  return Set([name]).union(names.flatMap(withDependencies))
}

// For a quick build, the environment may name the targets that are built, with those they depend on.
if let names = Context.environment["MARTLET_TARGETS"]?.split(separator: " ").map(String.init) {
  let needed = Set(names.flatMap(withDependencies))
  package.targets.removeAll { !needed.contains($0.name) }
  package.products.removeAll { $0.name != "martlet" || !needed.contains("MartletCommand") }
}
