// swift-tools-version: 6.3
import PackageDescription

/// A program of somebody else's that uses Martlet: what it can do is what the library promises.
let package = Package(
  name: "outside",
  dependencies: [.package(name: "martlet", path: "../..")],
  targets: [
    .testTarget(
      name: "OutsideTests", dependencies: [.product(name: "Martlet", package: "martlet")], path: "Tests")
  ],
  swiftLanguageModes: [.v6]
)
