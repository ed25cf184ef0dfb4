import Foundation
import TegataCrypto
import Testing

/// Others' certificate paths. What the national-ID profiles leave out on purpose is named, and only that may differ:
/// revocation lists, name and policy constraints, policy mapping, host names, and names equal but not byte for byte.
@Suite(.enabled(if: Wycheproof.isPresent, "third-party vectors are not here"))
struct X509VectorTests {
    @Test func `x509-limbo`() throws {
        let url = Wycheproof.folder.appending(path: "../x509-limbo/limbo.json")
        let file = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        for test in try #require(file["testcases"] as? [[String: Any]]) {
            let id = test["id"] as? String ?? ""
            // Rules for host names and for what public web authorities may issue, and revocation lists.
            let outside = ["webpki::", "crl::", "rfc5280::ca-as-leaf-wrong-san"]
            guard !outside.contains(where: id.hasPrefix) else { continue }
            var policy = PathPolicy()
            policy.allowsAuthorityAsLeaf = true
            if let depth = test["max_chain_depth"] as? Int { policy.maximumIntermediates = depth }
            let result = outcome {
                let leaf = try #require(pems([test["peer_certificate"] ?? ""]).first)
                return try PathValidator(
                    anchors: pems(test["trusted_certs"]).map { try TrustAnchor($0, name: id) },
                    policy: policy
                ).validate(
                    leaf: leaf, intermediates: pems(test["untrusted_intermediates"]),
                    at: time(test["validation_time"]))
            }
            let expected = test["expected_result"] as? String == "SUCCESS"
            // Constraints are refused, never ignored: a good path that carries them is the price.
            if expected, result == .unprocessedExtension { continue }
            #expect((result == nil) == expected, "\(id): \(String(describing: result))")
        }
    }

    @Test func `NIST PKITS`() throws {
        let folder = Wycheproof.folder.appending(path: "../pkits")
        func certificate(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: folder.appending(path: "certs/\(name)")))
        }
        let file = try #require(
            JSONSerialization.jsonObject(
                with: Data(contentsOf: folder.appending(path: "pkits.json"))) as? [[String: Any]])
        let anchor = try TrustAnchor(certificate("TrustAnchorRootCertificate.crt"), name: "PKITS")
        // Names that match only after folding case, spaces or string types; unique identifiers; DSA.
        let names: Set = ["40303", "40304", "40305", "40306", "40310", "40311", "40105"]
        var policy = PathPolicy()
        policy.maximumIntermediates = 8
        policy.requiresCriticalBasicConstraints = false
        policy.allowsAuthorityAsLeaf = true
        for test in file {
            let id = test["id"] as? String ?? ""
            let error = (test["error"] as? [String: Any])?["class"] as? String
            // Revocation lists, and initial policy sets that the whole path has to be explicit about.
            if let error, error != "PathValidationError" { continue }
            if names.contains(id) || test["policy"] != nil || id.hasPrefix("408") { continue }
            let result = outcome {
                try PathValidator(anchors: [anchor], policy: policy).validate(
                    leaf: certificate(test["cert"] as? String ?? ""),
                    intermediates: (test["other_certs"] as? [String] ?? []).map(certificate),
                    at: 1_600_000_000)
            }
            if error == nil, result == .unprocessedExtension { continue }
            #expect(
                (result == nil) == (error == nil),
                "\(id) \(test["name"] ?? ""): \(String(describing: result))")
        }
    }

    private func outcome(_ body: () throws -> ValidatedPath) -> PathError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? PathError ?? .malformed
        }
    }

    private func time(_ field: Any?) -> Int64 {
        guard let text = field as? String else { return Int64(Date().timeIntervalSince1970) }
        let whole = text.prefix { $0 != "." && $0 != "Z" && $0 != "+" } + "Z"
        return ISO8601DateFormatter().date(from: String(whole)).map {
            Int64($0.timeIntervalSince1970)
        } ?? 0
    }

    private func pems(_ list: Any?) -> [[UInt8]] {
        (list as? [String] ?? []).map { pem in
            let body = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
            return Array(Data(base64Encoded: body) ?? Data())
        }
    }
}
