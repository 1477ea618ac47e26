import Configuration

/// Every constraint. Register a new one here, on a line of its own.
private let constraintCatalog = Catalog<any Constraint.Type>(
  kind: "constraint", names: { [$0.name, $0.className] },
  [
    MaxNorm.self,
    NonNeg.self,
    UnitNorm.self,
    MinMaxNorm.self,
  ])

extension Catalog where Entry == any Constraint.Type {
  /// Every constraint that a configuration can name.
  public static var constraints: Catalog { constraintCatalog }
}
