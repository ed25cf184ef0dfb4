import TegataCrypto

/// NIST's PKITS: path checks as the national-ID profiles make them.
func runPKITS(_ folder: Folder, _ report: inout Report) throws {
    guard let certificates = folder.folder("certs"), let list = folder.file("pkits.json") else {
        return
    }
    func certificate(_ name: String) throws -> [UInt8] {
        guard let file = certificates.file(name) else { throw MissingFile() }
        return try file.bytes
    }
    let anchor = try certificate("TrustAnchorRootCertificate.crt")
    for test in try list.json.list {
        let name = "\(try test.id.string) \(try test.name.string)"
        if let why = exclusion(test) {
            report.skip(name, why)
            continue
        }
        expectPath(name, accepted: test.error.isNull, &report) {
            var policy = PathPolicy()
            policy.maximumIntermediates = 8
            policy.requiresCriticalBasicConstraints = false
            policy.allowsAuthorityAsLeaf = true
            if let only = try test.params.user_initial_policy_set.strings.first {
                policy.certificatePolicy = try identifier(only)
            }
            return PathCase(
                leaf: try certificate(try test.cert.string),
                intermediates: try test.other_certs.strings.map(certificate),
                anchors: [anchor], policy: policy, time: september2020)
        }
    }
}

/// Within the validity of everything in the set that is not meant to have expired.
private let september2020: Int64 = 1_600_000_000

private func exclusion(_ test: Vector) -> String? {
    let id = (try? test.id.string) ?? ""
    let errorClass = (try? test.error.class.string) ?? "PathValidationError"
    // §4.4, §4.14 and §4.15 are about revocation lists; elsewhere the expected error says so.
    if ["404", "414", "415"].contains(id.prefix(3)) || errorClass != "PathValidationError" {
        return revocationLists
    }
    if id == "40306" { return "certificates with unique identifiers are refused" }
    let parameters = test.params
    let policies = (try? parameters.user_initial_policy_set.strings) ?? []
    // A verifier here asks for one policy, which the card must name, or for none.
    if policies.count > 1 { return "one policy is asked for, not a set" }
    let isExplicit = parameters.initial_explicit_policy == .bool(true)
    if isExplicit && policies.isEmpty
        || parameters.initial_policy_mapping_inhibit == .bool(true)
        || parameters.initial_any_policy_inhibit == .bool(true)
    {
        return "no such initial policy settings: a policy is asked for, and then explicitly"
    }
    return nil
}

private func identifier(_ dotted: String) throws -> ObjectIdentifier {
    // The set's policies all lie under one arc.
    let arc = "2.16.840.1.101.3.2.1.48."
    guard dotted.hasPrefix(arc), let last = Int(dotted.dropFirst(arc.count)) else {
        throw VectorError(what: "unknown policy \(dotted)")
    }
    return ObjectIdentifier(2, 16, 840, 1, 101, 3, 2, 1, 48, last)
}
