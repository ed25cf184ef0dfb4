import TegataCrypto

/// RFC 9380: whole suites by their `ciphersuite`, expanders by their `name` and `hash`.
func runHashToCurve(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        let json = try file.json
        if let suite = try? json.ciphersuite.string {
            let domain = Array(try json.dst.string.utf8)
            for vector in json.vectors.list {
                let name = "\(suite) \"\((try? vector.msg.string.prefix(16)) ?? "?")\""
                guard let hash = curveHash(suite) else {
                    report.skip(name, "no hash to \(suite.prefix { $0 != "_" })")
                    continue
                }
                report.expect(name) {
                    let message = Array(try vector.msg.string.utf8)
                    let y = try vector.P.y.hex
                    return try hash(message, domain) == [2 + ((y.last ?? 0) & 1)] + vector.P.x.hex
                }
            }
        } else {
            let kind = "\(try json.name.string) \(try json.hash.string)"
            let domain = Array(try json.DST.string.utf8)
            for vector in json.tests.list {
                let name = "\(kind) \"\((try? vector.msg.string.prefix(16)) ?? "?")\""
                guard let expand = expander(kind) else {
                    report.skip(name, "no suite here uses \(kind)")
                    continue
                }
                report.expect(name) {
                    let message = Array(try vector.msg.string.utf8)
                    let count = try vector.len_in_bytes.hex.reduce(0) { $0 << 8 | Int($1) }
                    return try expand(message, domain, count) == vector.uniform_bytes.hex
                }
            }
        }
    }
}

/// The suite's hash to a compressed point, or `nil` when this package has none.
private func curveHash(_ suite: String) -> (([UInt8], [UInt8]) -> [UInt8]?)? {
    switch suite {
    case "secp256k1_XMD:SHA-256_SSWU_RO_": { HashToCurve.secp256k1($0, domain: $1).encoded }
    case "secp256k1_XMD:SHA-256_SSWU_NU_":
        { HashToCurve.nonuniformSecp256k1($0, domain: $1).encoded }
    case "P256_XMD:SHA-256_SSWU_RO_": { HashToCurve.p256($0, domain: $1) }
    case "P384_XMD:SHA-384_SSWU_RO_": { HashToCurve.p384($0, domain: $1) }
    default: nil
    }
}

private func expander(_ kind: String) -> (([UInt8], [UInt8], Int) -> [UInt8])? {
    switch kind {
    case "expand_message_xmd SHA256":
        { ExpandMessage.xmdSHA256($0, domain: $1, count: $2) }
    case "expand_message_xmd SHA512":
        { ExpandMessage.xmd($0, domain: $1, count: $2, hash: .sha512) }
    case "expand_message_xof SHAKE128":
        { ExpandMessage.xofSHAKE128($0, domain: $1, count: $2) }
    default: nil
    }
}
