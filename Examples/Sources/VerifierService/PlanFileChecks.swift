internal import Foundation
internal import Pages
internal import ServiceKit
internal import Tegata

/// A check in a plan's file: of a card, or with `credential` of something else. What does not go together is named with how it should be.
struct CheckEntry: Decodable {
    struct Title: Decodable {
        let ja: String
        let en: String

        var message: Message { Message(ja, en) }
    }

    struct CredentialEntry: Decodable {
        let type: String?
        let issuer: String?
    }

    let id: String
    let title: Title
    let credential: CredentialEntry?
    let issuer: String?
    let edition: String?
    let claims: [AskedPath]?
    let person: Bool?

    /// The check that this describes, at `place` of the file (`plan.json: checks[0]`).
    ///
    /// - Throws: `KeyFile.Problem`, which names the field.
    func planned(_ place: String) throws -> Check {
        func problem(_ field: String, _ fix: String) -> KeyFile.Problem {
            KeyFile.Problem(description: "\(place) (\(id)).\(field): \(fix)")
        }
        guard let credential else {
            guard edition != nil || person != true else {
                throw problem("person", "a check of the person names an edition (版の名前が必要です)")
            }
            let names = try (claims ?? []).map { path in
                guard case .name(let name) = path.steps[0], path.steps.count == 1 else {
                    throw problem("claims", "a card's claims are names (会員証の項目は名前だけです)")
                }
                return name
            }
            return Check(
                id, title.message, issuer: issuer, edition: edition, claims: names,
                asksPerson: person ?? false)
        }
        guard let type = credential.type, !type.isEmpty else {
            throw problem("credential.type", "give its vct (証明書の種類が必要です)")
        }
        guard let issuer = credential.issuer, !issuer.isEmpty else {
            throw problem("credential.issuer", "give its iss (発行者が必要です)")
        }
        let others = [
            ("edition", edition != nil), ("person", person != nil), ("issuer", self.issuer != nil),
        ]
        if let (field, _) = others.first(where: \.1) {
            throw problem(
                field,
                "only cards have that; take it out, or take out \"credential\" (会員証にだけあるものです)")
        }
        let planned = PlannedCredential(type, of: issuer, claims: claims ?? [])
        guard (try? planned.query()) != nil else {
            throw problem("claims", "at most 256 (256 項目までです)")
        }
        return Check(id, title.message, asking: .credential(planned))
    }
}

/// An issuer of other credentials in a plan's file, as `tegata bundle make` reads it too.
struct CredentialIssuerEntry: Decodable {
    let issuer: String?
    let types: [String]?
    let authorities: [String]?
    let statuses: [String]?

    /// The issuer that this describes, at `place` of the file, with the files of its authorities in `folder`.
    ///
    /// - Throws: `KeyFile.Problem`, which names the field.
    func trusted(_ place: String, in folder: URL) throws -> TrustedCredentialIssuer {
        func problem(_ field: String, _ fix: String) -> KeyFile.Problem {
            KeyFile.Problem(description: "\(place).\(field): \(fix)")
        }
        guard let issuer, !issuer.isEmpty else {
            throw problem("issuer", "give its iss (発行者が必要です)")
        }
        guard let types, !types.isEmpty else {
            throw problem("types", "give the vct of each type that it may issue (種類が必要です)")
        }
        guard let authorities, !authorities.isEmpty else {
            throw problem(
                "authorities", "give the files with its authorities' certificates (認証局の証明書が必要です)")
        }
        var certificates = [[UInt8]]()
        for name in authorities {
            do {
                certificates += try CertificateFile.read(URL(filePath: name, relativeTo: folder))
            } catch {
                throw problem("authorities", "\(error)")
            }
        }
        return TrustedCredentialIssuer(
            issuer, types: types, authorities: certificates, statuses: statuses ?? [])
    }
}
