import Foundation
import Tegata
import TegataEthereum

/// A verifier in another country believes the cities that a signed, logged list names, and needs no network to do so.
struct Abroad {
    let stage: Stage
    private let folder =
        FileManager.default.temporaryDirectory.path + "/tegata-abroad-\(UUID().uuidString)"

    func tell() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        stage.act(
            "海を越えて：二つの市の会員証を、一つの名簿で", "Abroad: cards of two cities, believed by one signed list")
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
        let first = try await list(cities[..<1], by: ministry)
        let one = try await inn(first, pin, cities)
        try await stage.refused(
            "名簿にない市の会員証", "a card of a city that is not on the list", for: .issuerUntrusted
        ) {
            _ = try await show(cards[1], of: traveller, at: one.door)
        }
        let second = try await stage.time(
            "名簿の次の版が署名され、記録される", "the list's next version is signed and logged"
        ) {
            try await list(cities[...], by: ministry)
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
        try await voucher(cards[0], cities[0])
    }

    private func list(
        _ cities: ArraySlice<Issuer>, by ministry: TrustSigner
    ) async throws -> String {
        let listed = try cities.map {
            try TrustedIssuer($0.profile, statuses: ["\($0.id)/tegata/status"])
        }
        return try await ministry.publish(
            TrustContents(issuers: listed), until: Int64(Date().timeIntervalSince1970) + 86_400,
            in: LogDirectory(at: folder + "/trust"))
    }

    /// The inn takes a list in while it has a network, and checks without one.
    private func inn(
        _ list: String, _ pin: TrustPin, _ cities: [Issuer]
    ) async throws -> (door: Verifier, pin: TrustPin) {
        let bundle = try pin.open(list)
        let kept = StatusFolder(at: folder + "/lists")
        let missing = await kept.refresh(from: Lists(cities: cities), for: bundle)
        guard missing.isEmpty else { throw StoryError.unexpected("every list is there") }
        let door = Verifier(
            at: "https://inn.example", trusting: bundle, statuses: kept, store: .inMemory())
        return (door, bundle.pin)
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
