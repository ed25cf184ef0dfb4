import Foundation
import Tegata
import TegataEthereum
import TegataOpenID

/// A verifier in another country believes the cities that a signed, logged list names, and a country's identity credentials, and needs no
/// network to do so.
struct Abroad {
    let stage: Stage
    private let folder =
        FileManager.default.temporaryDirectory.path + "/tegata-abroad-\(UUID().uuidString)"

    func tell() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        stage.act(
            "海を越えて：二つの市の会員証と、よその国の身分証を、一つの名簿で",
            "Abroad: cards of two cities and another country's identity credential, believed by one signed list"
        )
        let passport = try Self.passport()
        let cities = ["https://kita.example", "https://minami.example"].map {
            Issuer(at: $0, keys: .generate(), identity: nil)
        }
        let traveller = Holder(key: Secp256k1.PrivateKey())
        var cards = [Card]()
        for city in cities {
            let edition = try await city.open(Edition("friends", limit: 100, nationalID: []))
            cards.append(
                try traveller.accept(
                    try await city.issue(to: try await traveller.request(edition)),
                    from: city.profile))
        }
        // The ministry lists one city, and later the other too; the inn has pinned the ministry's keys, by hand, once.
        let ministry = try TrustSigner(
            at: "https://trust.example", key: .secp256k1(Secp256k1.PrivateKey()),
            log: Ed25519.PrivateKey())
        let pin = try ministry.pin()
        let first = try await list(cities[..<1], [], by: ministry)
        let one = try await inn(first, pin, cities)
        try await stage.refused(
            "名簿にない市の会員証", "a card of a city that is not on the list", for: .issuerUntrusted
        ) {
            _ = try await show(cards[1], of: traveller, at: one.door)
        }
        let second = try await stage.time(
            "名簿の次の版が署名され、記録される", "the list's next version is signed and logged"
        ) {
            try await list(cities[...], [passport.issuer], by: ministry)
        }
        let both = try await inn(second, one.pin, cities)
        for card in cards {
            let seen = try await show(card, of: traveller, at: both.door)
            stage.say(
                "網のない宿が受け入れる: \(seen.issuer) № \(seen.serial)",
                "the inn, without a network, accepts \(seen.issuer) № \(seen.serial)")
        }
        try await stage.refused(
            "前の版の名簿にもどす", "the list of before, given to the same inn", for: .replayed
        ) {
            _ = try both.pin.open(first)
        }
        try await show(passport, at: both)
        try await voucher(cards[0], cities[0])
    }

    private static func passport() throws -> DemoCredential {
        try DemoCredential(
            "urn:eudi:pid:1", of: "https://pid.example",
            claims: ["family_name": "Muster", "birthdate": "1999-01-02", "nationality": "EE"])
    }

    private func list(
        _ cities: ArraySlice<Issuer>, _ credentials: [TrustedCredentialIssuer],
        by ministry: TrustSigner
    ) async throws -> String {
        let listed = try cities.map {
            try TrustedIssuer($0.profile, statuses: ["\($0.id)/tegata/status"])
        }
        return try await ministry.publish(
            TrustContents(issuers: listed, credentials: credentials),
            until: Int64(Date().timeIntervalSince1970) + 86_400,
            in: LogDirectory(at: folder + "/trust"))
    }

    /// A verifier, and its questions to wallets that others made.
    private struct Inn {
        let door: Verifier
        let pages: PresentationTransactions
        let pin: TrustPin
    }

    /// The inn takes a list in while it has a network, and checks without one.
    private func inn(_ list: String, _ pin: TrustPin, _ cities: [Issuer]) async throws -> Inn {
        let bundle = try pin.open(list)
        let kept = StatusFolder(at: folder + "/lists")
        let missing = await kept.refresh(from: Lists(cities: cities), for: bundle)
        guard missing.isEmpty else { throw StoryError.unexpected("every list is there") }
        let name = try PresentationClient.did(.p256(P256.PrivateKey()))
        let door = Verifier(at: name.id, trusting: bundle, statuses: kept, store: .inMemory())
        let pages = try PresentationTransactions(
            client: name, verifier: door,
            credentials: try CredentialTrust(bundle, statuses: kept),
            endpoints: PresentationEndpoints(
                request: "https://inn.example/request", response: "https://inn.example/answer",
                completion: "https://inn.example/done"), store: .inMemory())
        return Inn(door: door, pages: pages, pin: bundle.pin)
    }

    /// A guest shows her country's credential from that country's wallet, over OpenID4VP.
    private func show(_ passport: DemoCredential, at inn: Inn) async throws {
        let query = try DCQLQuery(
            parsing: """
                {"credentials":[{"id":"pid","format":"dc+sd-jwt","meta":{"vct_values":["urn:eudi:pid:1"]},
                 "claims":[{"path":["nationality"]}]}]}
                """)
        let started = try await inn.pages.start(
            .crossDevice, asking: query, of: [passport.issuer.issuer])
        let wallet = try RequestTrust(
            dids: [try ClientIdentifier(parsing: inn.pages.client.id).name])
        guard case .reference(let reference) = try wallet.open(started.link) else {
            throw StoryError.unexpected("the link says where the question is")
        }
        let request = try wallet.verify(
            try await inn.pages.request(of: started.transaction), from: reference)
        let lookalike = try Self.passport()
        try await stage.refused(
            "同じ名をのる別の当局の身分証", "one of the same names, under another authority",
            for: .issuerUntrusted
        ) {
            _ = try await inn.pages.answer(try lookalike.answer(to: request).body)
        }
        _ = try await inn.pages.answer(try passport.answer(to: request).body)
        let shown = try await inn.pages.credentials(
            of: started.transaction, session: started.session)?.first
        guard let shown, let nationality = shown["nationality"] else {
            throw StoryError.unexpected("what was asked for is shown")
        }
        stage.say(
            "同じ宿が、\(shown.issuer) の身分証も受け入れる: 国籍 \(nationality)、ほかは受け取らない",
            "the same inn accepts a credential of \(shown.issuer): nationality \(nationality), and learns nothing else"
        )
    }

    private func show(
        _ card: Card, of holder: Holder, at door: Verifier
    ) async throws -> Membership {
        let challenge = try await door.challenge(asking: [])
        return try await door.verify(try holder.present(card, revealing: [], to: challenge))
    }

    /// For those who need it: a voucher that a contract checks, with a key that signs nothing else.
    private func voucher(_ card: Card, _ city: Issuer) async throws {
        stage.act("望む人には、契約が確かめる引換券", "For whoever wants it: a voucher that a contract checks")
        let signer = VoucherSigner(
            key: Secp256k1.PrivateKey(),
            domain: VoucherDomain(
                chain: 1, contract: EthereumAddress(Secp256k1.PrivateKey().publicKey)))
        let end = Int64(Date().timeIntervalSince1970) + 86_400
        let voucher = try await stage.time("引換券に署名する", "the voucher is signed") {
            try signer.voucher(for: card.exposedEncoding, from: city.profile, until: end)
        }
        let read = try ContractVoucher(
            parsing: voucher, from: signer.address, for: signer.domain, at: end)
        stage.say(
            "№ \(read.serial)、持ち主の鍵 \(read.holder)。個人のことは何もない",
            "№ \(read.serial) for the holder's key \(read.holder): nothing about a person")
        try await stage.refused("別の契約で", "for another contract", for: .typeMismatch) {
            _ = try ContractVoucher(
                parsing: voucher, from: signer.address,
                for: VoucherDomain(chain: 2, contract: signer.domain.contract), at: end)
        }
    }
}

/// The cities' status lists, as they are on their sites.
private struct Lists: StatusSource {
    let cities: [Issuer]

    func statusList(at uri: String) async throws -> String {
        for city in cities where uri == "\(city.id)/tegata/status" {
            return try await city.statusList()
        }
        throw Refusal.statusUnknown
    }
}
