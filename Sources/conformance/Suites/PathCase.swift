import TegataCrypto

let revocationLists =
    "revocation lists are not read: revocation is asked of the authority's service"

/// A certificate path to be checked.
struct PathCase {
    let leaf: [UInt8]
    let intermediates: [[UInt8]]
    let anchors: [[UInt8]]
    let policy: PathPolicy
    let time: Int64

    func validate() throws -> ValidatedPath {
        let anchors = try anchors.map { try TrustAnchor($0, name: "vector") }
        return try PathValidator(anchors: anchors, policy: policy)
            .validate(leaf: leaf, intermediates: intermediates, at: time)
    }

    /// Why a path that the standard accepts is refused here on purpose, judged by the certificates alone.
    var refusedOnPurpose: String? {
        let chain = (intermediates + [leaf]).map { try? Certificate(parsing: $0) }
        let all = chain + anchors.map { try? Certificate(parsing: $0) }
        if all.contains(where: { $0?.extensions.hasConstraints == true }) {
            return "paths with name or policy constraints are refused, not interpreted"
        }
        if chain.contains(where: { $0 != nil && $0?.signatureAlgorithm == nil }) {
            return "algorithms that no national ID uses are refused: DSA, SHA-1"
        }
        let isLinked = chain.allSatisfy { certificate in
            all.contains { $0 != nil && $0?.subject == certificate?.issuer }
        }
        return isLinked ? nil : "names are compared byte for byte"
    }
}

/// Runs one path; a good one that is refused on purpose is a skip with its reason.
func expectPath(
    _ name: String, accepted: Bool, _ report: inout Report, _ read: () throws -> PathCase
) {
    do {
        let path = try read()
        if accepted, (try? path.validate()) == nil, let why = path.refusedOnPurpose {
            report.skip(name, why)
        } else {
            report.expect(name, accepted: accepted) {
                _ = try path.validate()
                return true
            }
        }
    } catch {
        report.expect(name) { throw error }
    }
}
