/// A protected header (RFC 7515 §4) after the checks that need no key. What it says about keys is a hint for choosing
/// among trusted ones and never a reason to trust.
package struct JWSHeader: Sendable {
    /// The algorithm the token claims.
    package let algorithm: JWSAlgorithm
    /// `typ`, to be compared exactly.
    package let type: String?
    /// `kid`, a hint.
    package let keyID: String?
    /// Whether `jwk`, `jku`, `x5c` or `x5u` is there: the token brings its own key.
    package let bringsOwnKey: Bool

    /// Checks the header at `node`.
    ///
    /// Throws `malformed`; `unsupported` for an algorithm that is unknown (`none` and HMAC among them) or not in
    /// `algorithms`, for any `crit` (no extension is understood) and for `b64` other than true.
    init(
        _ tape: JSONTape, _ node: JSONTape.Node, allowing algorithms: Set<JWSAlgorithm>
    ) throws(Refusal) {
        guard tape.kind(node) == .object else { throw .malformed }
        var algorithm: JWSAlgorithm?
        var type: String?
        var keyID: String?
        var bringsOwnKey = false
        var key = node + 1
        let end = tape.next(node)
        while key < end {
            let value = key + 1
            if tape.isString(key, "alg") {
                guard let name = tape.string(value) else { throw .malformed }
                guard let known = JWSAlgorithm(exactly: name) else { throw .unsupported }
                algorithm = known
            } else if tape.isString(key, "typ") {
                guard let text = tape.string(value) else { throw .malformed }
                type = text
            } else if tape.isString(key, "kid") {
                // A numeric kid is met in the field; it selects no key and is no error.
                keyID = tape.string(value)
            } else if tape.isString(key, "crit") {
                throw .unsupported
            } else if tape.isString(key, "b64") {
                guard tape.kind(value) == .true else { throw .unsupported }
            } else if tape.isString(key, "jwk") || tape.isString(key, "jku")
                || tape.isString(key, "x5u") || tape.isString(key, "x5c")
            {
                bringsOwnKey = true
            }
            key = tape.next(value)
        }
        guard let algorithm else { throw .malformed }
        guard algorithms.contains(algorithm) else { throw .unsupported }
        self.algorithm = algorithm
        self.type = type
        self.keyID = keyID
        self.bringsOwnKey = bringsOwnKey
    }

    /// Throws `typeMismatch` unless `typ` is exactly one of `types`.
    package func require(type types: [String]) throws(Refusal) {
        guard let type, types.contains(where: type.hasSameBytes) else { throw .typeMismatch }
    }
}
