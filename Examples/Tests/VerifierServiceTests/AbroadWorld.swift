import Crypto
import Foundation
import Pages
import ServiceKit
import Tegata
import TegataOpenID
import Testing

@testable import VerifierService

/// An inn abroad whose bundle names two cities and two authorities of identity credentials: files on its own disk, and nobody who could be asked.
struct AbroadWorld: Sendable {
    static let port = Int.random(in: 6_000..<7_900)
    static let innAddress = "http://127.0.0.1:\(port)"
    static let shared = Task { try await AbroadWorld() }

    struct Member: Sendable {
        let city: Issuer
        let key: CryptoKey
        let holder: Holder
        let card: Card
    }

    /// The first city signs with secp256k1, the second with P-256 as foreign issuers do.
    let members: [Member]
    let pid = ForeignAuthority(list: "http://127.0.0.1:1/pid/status")
    /// Another country's, which issues the same type.
    let other = ForeignAuthority(
        "https://other.example", list: "http://127.0.0.1:1/other/status")
    let holder = CryptoKey()
    let service: VerifierService

    typealias CryptoKey = Crypto.P256.Signing.PrivateKey

    static let pidCheck = Check(
        "pid", Message("身分証", "Identity"),
        asking: .credential(
            PlannedCredential(
                ForeignAuthority.type, of: "https://pid.example",
                claims: [AskedPath("family_name"), AskedPath("address", "country")])))

    static let checks: [Check] = [
        .anyMember,
        Check("first", Message("第一の市", "The first city"), issuer: "http://127.0.0.1:1"),
        pidCheck,
        Check(
            "other", Message("よその身分証", "Another country's"),
            asking: .credential(
                PlannedCredential(ForeignAuthority.type, of: "https://other.example"))),
        Check(
            "stranger", Message("知らない国", "A stranger's"),
            asking: .credential(
                PlannedCredential(ForeignAuthority.type, of: "https://nobody.example"))),
    ]

    init() async throws {
        var members = [Member]()
        let keys: [SigningKey] = [.secp256k1(Secp256k1.PrivateKey()), .p256(.init())]
        for (number, key) in keys.enumerated() {
            // Nobody listens there: whoever asks for a status is refused at once.
            let city = Issuer(
                at: "http://127.0.0.1:\(number + 1)",
                keys: IssuerKeys(
                    card: key, register: Secp256k1.PrivateKey(), log: Ed25519.PrivateKey()),
                identity: nil)
            let edition = try await city.open(
                Edition("visitors", limit: 5, benefits: ["taxi"], nationalID: []))
            let key = CryptoKey()
            let holder = Holder(
                key: try TegataCrypto.P256.PrivateKey(
                    rawRepresentation: Array(key.rawRepresentation)))
            let issued = try await city.issue(to: try await holder.request(edition))
            members.append(
                Member(
                    city: city, key: key, holder: holder,
                    card: try holder.accept(issued, from: city.profile))
            )
        }
        self.members = members
        let trust = try await Self.publish(members.map(\.city), [pid, other])
        service = try VerifierService(
            VerifierService.Settings(
                web: WebServer.Settings(port: Self.port, perMinute: 1_000_000, isTest: false),
                address: Self.innAddress, issuers: [], key: TegataCrypto.P256.PrivateKey(),
                plan: Plan(
                    checks: Self.checks,
                    benefits: [
                        CountedBenefit(
                            "taxi", Message("タクシー", "Taxi"), edition: "visitors",
                            benefit: "taxi", count: 10)
                    ]), trust))
        let inn = service
        Task { try await inn.run() }
        try await VerifierWorld.wait(for: Self.innAddress)
    }

    /// A bundle of these, its pin, and their status lists, in a folder of their own.
    static func publish(
        _ cities: [Issuer], _ foreign: [ForeignAuthority]
    ) async throws -> BundleTrust {
        let folder = FileManager.default.temporaryDirectory.path + "/tegata-abroad-\(UUID())"
        let signer = try TrustSigner(
            at: "https://trust.example", key: .p256(TegataCrypto.P256.PrivateKey()),
            log: Ed25519.PrivateKey())
        let contents = TrustContents(
            issuers: try cities.map {
                try TrustedIssuer($0.profile, statuses: [$0.id + "/tegata/status"])
            },
            credentials: foreign.map { issuer in
                TrustedCredentialIssuer(
                    issuer.issuer, types: [ForeignAuthority.type], authorities: [issuer.root],
                    statuses: [issuer.list])
            })
        _ = try await signer.publish(
            contents, until: Int64(Date().timeIntervalSince1970) + 86_400,
            in: LogDirectory(at: folder + "/trust"))
        try KeyFile.write(Array(try signer.pin().encoded.utf8), to: folder + "/pin.json")
        let trust = BundleTrust(
            pin: folder + "/pin.json", bundle: folder + "/trust/trust",
            statuses: folder + "/statuses")
        var lists = [String: String]()
        for city in cities {
            lists[city.id + "/tegata/status"] = try await city.statusList()
        }
        for issuer in foreign { lists[issuer.list] = try issuer.statusList() }
        let failed = await trust.folder.refresh(from: Lists(lists: lists), for: try trust.open())
        guard failed.isEmpty else { throw Refusal.unavailable }
        return trust
    }

    /// The lists as they are brought by hand.
    private struct Lists: StatusSource {
        let lists: [String: String]

        func statusList(at uri: String) async throws -> String {
            guard let list = lists[uri] else { throw Refusal.unavailable }
            return list
        }
    }

    /// The signed request that a check's link leads to.
    static func request(_ path: String, _ browser: Browser) async throws -> String {
        let link = try await VerifierWorld.link(path, browser)
        let items = URLComponents(string: link)?.queryItems
        let address = try #require(items?.first { $0.name == "request_uri" }?.value)
        return try await Browser("", accept: "application/json").get(address).text
    }

    /// Starts a check, and returns the path of its page.
    static func start(
        _ check: String, _ flow: String = "cross", by browser: Browser
    ) async throws -> String {
        let token = try await browser.get("/").field("form") ?? ""
        let answer = try await browser.post(
            "/start", ["form": token, "check": check, "flow": flow])
        return answer.location ?? "status \(answer.status)"
    }

    /// An honest answer to a check for an identity credential, which `holder` holds; each test spoils what it wants.
    func answer(
        _ path: String, _ browser: Browser, by authority: ForeignAuthority? = nil,
        status: Int? = nil, list: String? = nil,
        revealing names: Set<String> = ["family_name", "country"]
    ) async throws -> RawAnswer {
        let text = try await Self.request(path, browser)
        let authority = authority ?? pid
        var answer = try RawAnswer(
            to: text,
            with: authority.credential(of: holder.publicKey, status: status, list: list),
            revealing: names, heldBy: holder)
        answer.cardKey = authority.key
        answer.token = { ["credential": [$0]] }
        return answer
    }
}

extension VerifierService.Settings {
    /// A set-up that believes a bundle.
    init(
        web: WebServer.Settings, address: String, issuers: [String],
        key: TegataCrypto.P256.PrivateKey, plan: Plan, _ trust: BundleTrust
    ) {
        self.init(web: web, address: address, issuers: issuers, key: key, plan: plan)
        self.trust = trust
    }
}
