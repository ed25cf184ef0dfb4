import Foundation
import Synchronization
import Tegata
import TegataNationalID
import TegataOpenID
import Testing

@testable import WalletService

/// A city that issues cards and an inn that asks for them, on loopback, and a wallet in a folder of its own.
final class City: Sendable {
    let live: Live
    let inn: Live
    let issuer: Issuer
    let edition: OpenEdition
    /// An edition whose cards ask for a person.
    let persons: OpenEdition
    let door: PresentationTransactions
    let did: String
    private let offers: IssuanceServer
    private let folder =
        FileManager.default.temporaryDirectory.path
        + "/wallet-tests-\(UUID().uuidString)"
    /// Of what path the next answer is lost on the way.
    let lost = Mutex<String?>(nil)
    /// How often the issuer still says "later".
    let delays = Mutex(0)
    /// What the inn does to a request object before it leaves.
    let tampering = Mutex<(@Sendable (String) -> String)?>(nil)

    static let name = "Club \u{202E}elpmaxe.yti\u{200B}c"

    static func run(_ body: (City) async throws -> Void) async throws {
        try await Live.run { live in
            try await Live.run { inn in
                let city = try await City(live, inn)
                defer { try? FileManager.default.removeItem(atPath: city.folder) }
                try await body(city)
            }
        }
    }

    private init(_ live: Live, _ inn: Live) async throws {
        self.live = live
        self.inn = inn
        let issuer = Issuer(
            at: live.base, keys: .generate(), identity: .embedded(accepting: .testCards))
        self.issuer = issuer
        edition = try await issuer.open(
            Edition(
                "visitors", limit: 500, title: ["en": "Visitors", "ja": "訪問者"],
                benefits: ["free_bus"], nationalID: []))
        persons = try await issuer.open(Edition("persons", limit: 50))
        let box = Box()
        offers = IssuanceServer(
            at: try IssuerIdentifier(live.base, allowingLoopback: true),
            keys: issuer.profile.keys, display: [DisplayText(Self.name, locale: "en")],
            offering: [
                .init(
                    id: "visitors",
                    configuration: CredentialConfiguration(
                        vct: issuer.profile.cardType,
                        display: [DisplayText("<b>Visitors</b>", locale: "en")])),
                .init(
                    id: "persons",
                    configuration: CredentialConfiguration(
                        vct: issuer.profile.cardType, display: [])),
            ], store: .inMemory()
        ) { order throws(Refusal) in try await box.issue(order) }
        let key = SigningKey.p256(P256.PrivateKey())
        let client = try PresentationClient.did(key)
        did = client.identifier.name
        door = try PresentationTransactions(
            client: client,
            verifier: Verifier(at: client.id, trusting: issuer.profile, store: .inMemory()),
            endpoints: PresentationEndpoints(
                request: inn.base + "/request", response: inn.base + "/answer",
                completion: inn.base + "/done", acceptsLoopback: true), store: .inMemory())
        box.city.withLock { $0 = self }
        serve()
    }

    /// What the issuer's closure reaches the city by: it is made before the city is.
    private final class Box: Sendable {
        let city = Mutex<City?>(nil)

        func issue(_ order: CredentialOrder) async throws(Refusal) -> CredentialOutcome {
            guard let city = city.withLock({ $0 }) else { throw .unavailable }
            return try await city.issue(order)
        }
    }

    private func issue(_ order: CredentialOrder) async throws(Refusal) -> CredentialOutcome {
        let isLater = delays.withLock { delays in
            delays -= 1
            return delays >= 0
        }
        if isLater { return .later(after: 1) }
        let text: String
        do {
            text = try await issuer.issue(
                to: String(decoding: order.subject, as: UTF8.self),
                claims: [
                    "tier": "gold", "name": .selective("Yu the Tester"),
                    "ward": .selective("Yamanaka"),
                ])
        } catch IssuingError.refused(let reason) {
            throw reason
        } catch {
            throw .unavailable
        }
        struct Issued: Decodable { let card: String }
        guard let issued = try? JSONDecoder().decode(Issued.self, from: Data(text.utf8)) else {
            throw .unavailable
        }
        return .issued([IssuedCredential(issued.card, companion: text)])
    }

    private func serve() {
        let (issuer, offers, door, persons) = (issuer, offers, door, persons)
        live.answer { [self] ask in
            if ask.path == "/log/profile.json" { return .text(issuer.profile.encoded) }
            if ask.path == "/tegata/status" {
                return Live.Reply(
                    type: "application/statuslist+jwt",
                    body: Array(try await issuer.statusList().utf8))
            }
            if ask.path.hasPrefix("/tegata/sessions/persons/") {
                guard let list = Int(ask.path.split(separator: "/").last ?? ""),
                    let text = try? await issuer.sessions(of: persons, list: list)
                else { return .text(#"{"error":"not_yet_valid"}"#, 400) }
                return .text(text)
            }
            if ask.path == "/tegata/settle" {
                try await issuer.settle(String(decoding: ask.body, as: UTF8.self))
                return .text("{}")
            }
            let answer = await offers.answer(
                OAuthRequest(
                    method: ask.method, path: ask.path, query: ask.query,
                    authorization: ask.authorization.map { [$0] } ?? [],
                    contentType: ask.contentType, body: ask.body))
            let isLost = lost.withLock { path in
                defer { if path == ask.path { path = nil } }
                return path == ask.path
            }
            return isLost
                ? .text("", 502) : Live.Reply(status: answer.status, body: answer.body)
        }
        inn.answer { [self] ask in
            do throws(Refusal) {
                let text = String(decoding: ask.body, as: UTF8.self)
                guard ask.path != "/answer" else {
                    let reply = try await door.answer(text)
                    let isLost = lost.withLock { $0 == "/answer" }
                    return isLost
                        ? Live.Reply(body: [UInt8](repeating: 0x20, count: 2 << 20)) : .text(reply)
                }
                guard ask.path.hasPrefix("/request/") else { return .missing }
                var object = try await door.request(
                    of: String(ask.path.dropFirst("/request/".count)),
                    body: ask.method == "POST" ? text : nil)
                if let change = tampering.withLock({ $0 }) { object = change(object) }
                return .text(object)
            } catch {
                return .text(#"{"error":"\#(error.rawValue)"}"#, 400)
            }
        }
    }

    /// The wallet, opened anew each time.
    func wallet(
        _ name: String = "mine", trustingInn: Bool = true, acceptsLoopback: Bool = true
    ) throws -> WalletService {
        try WalletService(
            home: WalletHome(folder + "/" + name),
            trusting: VerifierTrust(dids: trustingInn ? [did] : []),
            acceptsLoopback: acceptsLoopback)
    }

    /// An offer that a wallet's own request is the subject of.
    func offer(
        to wallet: WalletService, _ protection: OfferProtection? = nil,
        proving person: DemoIdentity? = nil
    ) async throws -> MadeOffer {
        let request =
            if let person {
                try await wallet.holder().request(persons, proving: person)
            } else {
                try await wallet.holder().request(edition)
            }
        return try await offers.offer(
            [person == nil ? "visitors" : "persons"], for: Array(request.utf8),
            protectedBy: protection ?? .holder(try wallet.publicKey()))
    }

    /// A link of somebody at the inn's address who proves nothing.
    func unsignedQuestion() async throws -> String {
        let client = try PresentationClient.unsigned(answeredAt: inn.base + "/answer")
        let stranger = try PresentationTransactions(
            client: client,
            verifier: Verifier(at: client.id, trusting: issuer.profile, store: .inMemory()),
            endpoints: PresentationEndpoints(
                request: inn.base + "/request", response: inn.base + "/answer",
                completion: inn.base + "/done", acceptsLoopback: true), store: .inMemory())
        return try await stranger.start(.crossDevice, asking: ["tier"]).link
    }

    /// A card in the wallet.
    @discardableResult func member(
        _ wallet: WalletService, proving person: DemoIdentity? = nil
    ) async throws -> KeptCard {
        let made = try await offer(to: wallet, proving: person)
        let deliveries = try await wallet.receive(try await wallet.review(offer: made.link))
        guard case .card(let card)? = deliveries.first else {
            throw Refusal.unavailable
        }
        return card
    }
}
