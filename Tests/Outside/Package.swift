// swift-tools-version: 6.3
import PackageDescription

/// A third-party program that uses Martlet through its public interface.
let package = Package(
  name: "outside",
  dependencies: [.package(name: "martlet", path: "../..")],
  targets: [
    .testTarget(
      name: "OutsideTests", dependencies: [.product(name: "Martlet", package: "martlet")], path: "Tests")
  ],
  swiftLanguageModes: [.v6]
)
