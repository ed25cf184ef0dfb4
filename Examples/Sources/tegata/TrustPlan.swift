import Foundation
import Pages
import ServiceKit
import Tegata

/// What `tegata bundle make` reads: files by their names instead of what is in them.
///
/// ```json
/// {"issuers": [{"profile": "kaga.json", "statuses": ["https://kaga.example/tegata/status"],
///               "terms": [{"kid": "…", "until": 1796083200}, {"kid": "…", "withdrawn": true}],
///               "witnesses": ["name+id+key"], "quorum": 1}],
///  "credentials": [{"issuer": "https://pid.example", "types": ["urn:eudi:pid:1"], "authorities": ["pid-ca.pem"]}],
///  "attestors": [{"name": "North", "key": "<64 hexadecimal digits>"}]}
/// ```
struct TrustPlan {
    private struct File: Decodable {
        struct Term: Decodable {
            let kid: String
            let from: Int64?
            let until: Int64?
            let withdrawn: Bool?
        }

        struct Issuer: Decodable {
            let profile: String
            let statuses: [String]?
            let terms: [Term]?
            let witnesses: [String]?
            let quorum: Int?
        }

        struct Credential: Decodable {
            let issuer: String
            let types: [String]
            let authorities: [String]
            let statuses: [String]?
        }

        struct Attestor: Decodable {
            let name: String
            let key: String
            let from: Int64?
            let until: Int64?
        }

        let issuers: [Issuer]?
        let credentials: [Credential]?
        let attestors: [Attestor]?
    }

    private let file: File
    private let folder: URL

    init(file path: String) throws {
        let text = try Texts.read(path)
        do {
            file = try JSONDecoder().decode(File.self, from: Data(text.utf8))
        } catch {
            throw KeyFile.Problem(description: "\(path): \(language(.noPlan)): \(error)")
        }
        folder = URL(filePath: path).deletingLastPathComponent()
    }

    func contents() throws -> TrustContents {
        TrustContents(
            issuers: try (file.issuers ?? []).map(trusted),
            credentials: try (file.credentials ?? []).map { issuer in
                TrustedCredentialIssuer(
                    issuer.issuer, types: issuer.types,
                    authorities: try issuer.authorities.flatMap {
                        try CertificateFile.read(named($0))
                    }, statuses: issuer.statuses ?? [])
            },
            attestors: try (file.attestors ?? []).map { attestor in
                guard let key = FixedBytes<32>(try bytes(hexadecimal: attestor.key)) else {
                    throw KeyFile.Problem(description: "\(attestor.name): \(language(.keyIs32))")
                }
                return TrustedAttestor(
                    attestor.name, key: key, from: attestor.from ?? 0, until: attestor.until)
            })
    }

    /// An issuer without addresses of status lists has its first one.
    private func trusted(_ issuer: File.Issuer) throws -> TrustedIssuer {
        let profile = try IssuerProfile(parsing: try Texts.read(named(issuer.profile).path))
        return try TrustedIssuer(
            profile,
            terms: (issuer.terms ?? []).map {
                KeyTerm(
                    $0.kid, from: $0.from ?? 0, until: $0.until,
                    isWithdrawn: $0.withdrawn ?? false)
            },
            witnesses: try (issuer.witnesses ?? []).map { try NoteKey(parsing: $0) },
            quorum: issuer.quorum ?? 0,
            statuses: issuer.statuses ?? [profile.issuer + "/tegata/status"])
    }

    private func named(_ name: String) -> URL { URL(filePath: name, relativeTo: folder) }
}
