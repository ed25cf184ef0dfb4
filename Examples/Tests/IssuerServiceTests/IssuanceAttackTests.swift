import Crypto
import Foundation
import Synchronization
import Testing

/// Rows A69 to A72, A74, A77 and A78 against the running server, over plain HTTP.
@Suite struct IssuanceAttackTests {
    /// An edition that takes no ID card, of this suite alone.
    private static let edition = Task {
        let office = try await Site.office.value
        let opened = try await office.post(
            "/operator/open", ["id": "guests", "limit": "200"], from: "/operator")
        guard opened.status == 303 else { throw URLError(.badServerResponse) }
        return "guests"
    }

    /// How many cards of the edition there are, from its public page.
    private func cards(_ site: Site) async throws -> Int {
        let page = try await Browser(site.address).get("/editions/guests", language: "en").text
        let text = page.replacing(/<[^>]*>/, with: "")
        let match = try #require(text.firstMatch(of: /([0-9]+) \/ 200/))
        return try #require(Int(match.1))
    }

    @Test func `an offer is fetched as often as asked for, and redeemed once (A67, A69, A77)`()
        async throws
    {
        let (site, _) = (try await Site.shared.value, try await Self.edition.value)
        let wallet = RawWallet(site)
        let (reference, code) = try await wallet.offer("guests")
        let grant = try await wallet.grant(at: reference)
        for _ in 0..<3 { #expect(try await wallet.grant(at: reference) == grant) }
        // Whoever redeems it need not be known: the code says that it is the person who was given it.
        let answer = try await wallet.token(grant, code, client: "a-wallet-that-nobody-knows")
        #expect(answer.status == 200)
        #expect(answer.headers["cache-control"] == "no-store")
        let again = try await wallet.token(grant, code)
        #expect(again.status == 400 && again.text.contains("invalid_grant"))
    }

    @Test func `a proof with one fault gets no card and takes no number (A70)`() async throws {
        let (site, edition) = (try await Site.shared.value, try await Self.edition.value)
        let wallet = RawWallet(site)
        let access = try await wallet.access(edition)
        let nonce = try await wallet.nonce()
        let good = try wallet.proof(nonce)
        let stranger = P256.Signing.PrivateKey()
        let now = Int(Date().timeIntervalSince1970)
        let parts = good.split(separator: ".")
        let none = RawWallet.base64(
            Data(#"{"alg":"none","typ":"openid4vci-proof+jwt"}"#.utf8))
        let rows: [(name: String, proofs: [String]?, reason: String)] = [
            ("no proofs", nil, "holder_binding_missing"),
            ("an empty list", [], "holder_binding_missing"),
            (
                "signature of zeros",
                [
                    "\(parts[0]).\(parts[1]).\(RawWallet.base64(Data(count: 64)))"
                ], "signature_invalid"
            ),
            ("alg none", ["\(none).\(parts[1])."], "unsupported"),
            (
                "aud of another",
                [
                    try wallet.proof(nonce, claims: ["aud": "https://evil.example"])
                ], "holder_binding_invalid"
            ),
            (
                "aud with a slash",
                [
                    try wallet.proof(nonce, claims: ["aud": site.address + "/"])
                ], "holder_binding_invalid"
            ),
            (
                "no nonce", [try wallet.proof(nonce, claims: ["nonce": nil])],
                "holder_binding_invalid"
            ),
            (
                "a made-up nonce",
                [
                    try wallet.proof(RawWallet.base64(Data(count: 48)))
                ], "holder_binding_invalid"
            ),
            ("typ JWT", [try wallet.proof(nonce, header: ["typ": "JWT"])], "type_mismatch"),
            ("no typ", [try wallet.proof(nonce, header: ["typ": nil])], "type_mismatch"),
            ("no key", [try wallet.proof(nonce, header: ["jwk": nil])], "holder_binding_missing"),
            (
                "jku",
                [
                    try wallet.proof(nonce, header: ["jku": "https://evil.example/k"])
                ], "unsupported"
            ),
            ("yesterday", [try wallet.proof(nonce, claims: ["iat": now - 86_400])], "expired"),
            (
                "another's key",
                [
                    "\(parts[0]).\(parts[1])."
                        + (try wallet.proof(nonce, by: stranger).split(separator: ".")[2])
                ], "signature_invalid"
            ),
        ]
        let before = try await cards(site)
        for row in rows {
            let answer = try await wallet.credential(access, edition, proofs: row.proofs)
            #expect(answer.status == 400, "\(row.name)")
            #expect(answer.reason == row.reason, "\(row.name)")
            #expect(!answer.text.contains("\"credentials\""), "\(row.name)")
        }
        // None of them used the nonce, the token or a number up.
        let answer = try await wallet.credential(access, edition, proofs: [good])
        #expect(answer.status == 202, "\(answer.text)")
        #expect(try await cards(site) == before, "the person has still to agree")
        _ = try await wallet.browser.post(
            "/editions/\(edition)/prove", [:], from: "/editions/\(edition)/claim")
        let transaction = try #require(RawWallet.object(answer)?["transaction_id"] as? String)
        let fetched = try await wallet.deferred(access, transaction)
        #expect(fetched.status == 200 && fetched.text.contains("\"credentials\""))
        #expect(try await cards(site) == before + 1)
        let other = RawWallet(site)
        let replayed = try await other.credential(
            try await other.access(edition), edition, proofs: [try other.proof(nonce)])
        #expect(replayed.status == 400 && replayed.reason == "replayed")
    }

    @Test func `one nonce in many requests at once makes one card (A71)`() async throws {
        let (site, edition) = (try await Site.shared.value, try await Self.edition.value)
        var wallets = [(wallet: RawWallet, access: String)]()
        for _ in 0..<8 {
            let wallet = RawWallet(site)
            wallets.append((wallet, try await wallet.access(edition)))
        }
        let nonce = try await wallets[0].wallet.nonce()
        let answers = try await withThrowingTaskGroup(of: Browser.Answer.self) { group in
            for (wallet, access) in wallets {
                group.addTask {
                    try await wallet.credential(
                        access, edition, proofs: [try wallet.proof(nonce)])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 202 } == 1)
        #expect(answers.count { $0.status == 400 && $0.reason == "replayed" } == 7)
    }

    @Test func `a token elsewhere, and cards that were not offered (A72)`() async throws {
        let (site, edition) = (try await Site.shared.value, try await Self.edition.value)
        let wallet = RawWallet(site)
        let access = try await wallet.access(edition)
        let proof = try wallet.proof(try await wallet.nonce())
        let inQuery = try await wallet.credential(
            nil, edition, proofs: [proof], path: "/credential?access_token=\(access)")
        #expect((400..<402).contains(inQuery.status) && !inQuery.text.contains("credentials"))
        let both = try await wallet.credential(
            access, edition, proofs: [proof], path: "/credential?access_token=\(access)")
        #expect(both.status == 400)
        let inBody = try await wallet.credential(
            nil, edition, proofs: [proof], changes: ["access_token": access])
        #expect((400..<402).contains(inBody.status) && !inBody.text.contains("credentials"))
        let unknown = try await wallet.credential(access, "nothing", proofs: [proof])
        #expect(unknown.status == 400)
        #expect(unknown.text.contains("unknown_credential_configuration"), "\(unknown.text)")
        // There is such an edition, and this token is for another.
        let other = try await wallet.credential(access, "founders", proofs: [proof])
        #expect(other.status == 403 && other.reason == "unauthorized")
        let identifier = try await wallet.credential(
            access, edition, proofs: [proof],
            changes: ["credential_configuration_id": nil, "credential_identifier": "x"])
        #expect(identifier.status == 400)
        #expect(identifier.text.contains("unknown_credential_identifier"), "\(identifier.text)")
        #expect(try await wallet.credential(access, edition, proofs: [proof]).status == 202)
    }

    @Test func `who waits for a card cannot have it made out to another key (A74)`() async throws {
        let (site, edition) = (try await Site.shared.value, try await Self.edition.value)
        let wallet = RawWallet(site)
        let access = try await wallet.access(edition)
        let first = try await wallet.credential(
            access, edition, proofs: [try wallet.proof(try await wallet.nonce())])
        let transaction = try #require(RawWallet.object(first)?["transaction_id"] as? String)
        let stranger = P256.Signing.PrivateKey()
        let other = try wallet.proof(try await wallet.nonce(), by: stranger)
        let again = try await wallet.credential(access, edition, proofs: [other])
        #expect(again.status == 400 && again.reason == "already_claimed")
        let swapped = try await wallet.deferred(access, transaction, proofs: [other])
        #expect(swapped.status == 400 && swapped.reason == "malformed")
        // Somebody else's token does not ask for it either.
        let thief = RawWallet(site)
        let foreign = try await thief.deferred(try await thief.access(edition), transaction)
        #expect(foreign.text.contains("invalid_transaction_id"))
        #expect(try await wallet.deferred(access, transaction).status == 202)
    }

    @Test func `more copies than a request may ask for get none (A78)`() async throws {
        let (site, edition) = (try await Site.shared.value, try await Self.edition.value)
        let wallet = RawWallet(site)
        let access = try await wallet.access(edition)
        let metadata = try #require(
            RawWallet.object(
                try await wallet.browser.get("/.well-known/openid-credential-issuer")))
        #expect(metadata["batch_credential_issuance"] == nil, "one card has one key here")
        let nonce = try await wallet.nonce()
        let proofs = try (0..<200).map { _ in
            try wallet.proof(nonce, by: P256.Signing.PrivateKey())
        }
        for count in [2, 11, 200] {
            let many = try await wallet.credential(
                access, edition, proofs: Array(proofs.prefix(count)))
            #expect(many.status == 400 && many.reason == "limit_exceeded", "\(count)")
        }
        let twice = try await wallet.credential(access, edition, proofs: [proofs[0], proofs[0]])
        #expect(twice.status == 400)
        #expect(
            try await wallet.credential(access, edition, proofs: [proofs[0]]).status == 202)
    }
}
