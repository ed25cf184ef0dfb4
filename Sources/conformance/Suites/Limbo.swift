import Foundation
import TegataCrypto

/// x509-limbo: paths as the national-ID profiles check them. Every exclusion is a rule about the case, not its outcome,
/// but one: a good path with constraints is refused on purpose, and a bad one is refused rightly.
func runLimbo(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("limbo.", ".json") + folder.files("limbo-part", ".json")) {
        file, report in
        for test in try file.json.testcases.list {
            let id = try test.id.string
            if let why = limboExclusion(id, test) {
                report.skip(id, why)
                continue
            }
            expectPath(id, accepted: try test.expected_result.string == "SUCCESS", &report) {
                let anchors = try certificates(test.trusted_certs.list)
                let intermediates = try certificates(test.untrusted_intermediates.list)
                let leaf = try certificates([test.peer_certificate])[0]
                return PathCase(
                    leaf: leaf, intermediates: intermediates, anchors: anchors,
                    policy: try limboPolicy(test), time: try limboTime(test.validation_time))
            }
        }
    }
}

private func limboExclusion(_ id: String, _ test: Vector) -> String? {
    if id.hasPrefix("webpki::") {
        return "rules for web servers: host names, what public CAs may issue"
    }
    let features = (try? test.features.strings) ?? []
    if features.contains("has-crl") { return revocationLists }
    // An empty subject makes the alternative name the only one, which is a rule about the certificate itself.
    if id == "rfc5280::ca-as-leaf-wrong-san" || id == "rfc5280::malformed-subject-alternative-name"
        || id.hasPrefix("rfc5280::san::") && !id.contains("empty-subject")
    {
        return "host names are not compared"
    }
    return nil
}

private func limboPolicy(_ test: Vector) throws -> PathPolicy {
    var policy = PathPolicy()
    policy.allowsAuthorityAsLeaf = true
    if !test.max_chain_depth.isNull { policy.maximumIntermediates = try test.max_chain_depth.int }
    for usage in try test.key_usage.strings {
        switch usage {
        case "digitalSignature": policy.leafKeyUsage.insert(.digitalSignature)
        case "keyAgreement": policy.leafKeyUsage.insert(.keyAgreement)
        case "keyCertSign": policy.leafKeyUsage.insert(.certificateSigning)
        default: throw VectorError(what: "unknown key usage \(usage)")
        }
    }
    for purpose in try test.extended_key_usage.strings {
        switch purpose {
        case "clientAuth": policy.purpose = .clientAuthentication
        case "serverAuth": policy.purpose = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 1)
        default: throw VectorError(what: "unknown purpose \(purpose)")
        }
    }
    return policy
}

/// Whole seconds: X.509 has no smaller unit. No time means now.
private func limboTime(_ vector: Vector) throws -> Int64 {
    guard !vector.isNull else { return Int64(Date().timeIntervalSince1970) }
    let whole = try vector.string.prefix { $0 != "." && $0 != "+" && $0 != "Z" } + "Z"
    guard let date = ISO8601DateFormatter().date(from: String(whole)) else {
        throw VectorError(what: "no time")
    }
    return Int64(date.timeIntervalSince1970)
}

private func certificates(_ list: [Vector]) throws -> [[UInt8]] {
    try list.map { try pemBytes(try $0.string) }
}

/// The bytes between the two lines of a PEM block.
func pemBytes(_ text: String) throws -> [UInt8] {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
    guard let data = Data(base64Encoded: lines.joined()) else { throw VectorError(what: "no PEM") }
    return [UInt8](data)
}
