/// An issuer's published keys (RFC 7517 §5), from which a token's `kid` selects exactly one.
package struct JWKSet: Sendable {
    private let keys: [(id: String?, key: VerifyingKey)]

    /// Reads `{"keys":[…]}`.
    ///
    /// Keys of other kinds and uses are skipped, as RFC 7517 §5 asks. Throws `malformed` for a broken or a private
    /// key, `issuerUntrusted` when two keys have one `kid` or when symmetric keys stand beside public ones: a set
    /// that can be read in two ways is not read.
    package init(parsing bytes: [UInt8]) throws(Refusal) {
        var tape = JSONTape()
        tape.bytes = bytes
        let root = try tape.read(0..<bytes.count, .default)
        guard let list = tape.member("keys", of: root), tape.kind(list) == .array else {
            throw .malformed
        }
        var keys: [(id: String?, key: VerifyingKey)] = []
        var ids: Set<[UInt8]> = []
        var node = list + 1
        while node < tape.next(list) {
            if let type = tape.member("kty", of: node), tape.isString(type, "oct") {
                throw .issuerUntrusted
            }
            var id: String?
            if let value = tape.member("kid", of: node) {
                guard let text = tape.string(value) else { throw .malformed }
                guard ids.insert(Array(text.utf8)).inserted else { throw .issuerUntrusted }
                id = text
            }
            do {
                keys.append((id, try VerifyingKey(jwk: node, on: tape)))
            } catch .unsupported {
                // Another key type, curve or use: not for us.
            }
            node = tape.next(node)
        }
        self.keys = keys
    }

    /// The one key that `header` selects: by `kid` when it has one, else the only key of its algorithm.
    ///
    /// Throws `issuerUntrusted` when none or several fit; keys are never tried one after the other.
    package func key(for header: JWSHeader) throws(Refusal) -> VerifyingKey {
        let fitting = keys.filter { entry in
            guard let wanted = header.keyID else { return entry.key.allows(header.algorithm) }
            return entry.id.map(wanted.hasSameBytes) ?? false
        }
        guard fitting.count == 1 else { throw .issuerUntrusted }
        return fitting[0].key
    }
}
