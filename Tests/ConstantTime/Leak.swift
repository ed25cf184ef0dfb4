import TegataCrypto

/// What the check must find. A check that lets one of these pass is worth nothing.
enum Leak {
    /// The multiplication for public scalars, with a secret.
    static func multiplication() {
        use(Point.generator.times(SecretScalar.random().exposed))
    }

    /// A comparison that stops at the first byte that differs.
    static func comparison() {
        let a = SecretScalar.random().bytes.exposedBytes
        let b = SecretScalar.random().bytes.exposedBytes
        use(zip(a, b).allSatisfy(==))
    }

    /// A table indexed by a secret.
    static func lookup() {
        let table = (0..<256).map { $0 * $0 }
        use(table[Int(SecretScalar.random().exposed.fixed[0])])
    }
}
