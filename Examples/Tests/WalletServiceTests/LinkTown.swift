import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Pages
import ServiceKit
import Synchronization
import Tegata
import TegataNationalID

@testable import VerifierService
@testable import WalletService
@testable import wallet

/// A school and a health insurance that issue cards, and a clinic that asks whether two of them are one child's, on loopback. The clinic
/// is two processes on one folder: what one of them asks, the other is answered.
final class LinkTown: Sendable {
    let school: Office
    let health: Office
    let clinic: Live
    let service: VerifierService
    /// The clinic's pages.
    let counter: any TestClientProtocol
    /// What the clinic does to its reply before it leaves.
    let tampering = Mutex<Change?>(nil)
    private let folder: String

    /// An issuer of one edition.
    struct Office: Sendable {
        let live: Live
        let issuer: Issuer
        let edition: OpenEdition
        /// Where its attestor and its node are, as a file of services says it.
        let services: String

        init(
            _ live: Live, _ id: String, _ title: [String: String],
            committed: [CommittedClaim] = []
        ) async throws {
            self.live = live
            let attestor = Attestor(key: Secp256k1.PrivateKey(), accepting: .testCards)
            let dealt = try EvaluationNode.deal(
                nodes: 1, threshold: 1, trusting: [attestor.key], attestorThreshold: 1)
            let node = dealt[0]
            services = """
                "\(live.base)": {"attestors": ["\(hexadecimal(attestor.key))=\(live.base)"], "nodes": ["1=\(live.base)"]}
                """
            issuer = Issuer(
                at: live.base, keys: .generate(), identity: .embedded(attestor, node))
            edition = try await issuer.open(
                Edition(
                    id, limit: 50, title: title, nationalID: [.jpkiP384], committed: committed))
            live.answer { [issuer, edition] ask in
                let (path, body) = (ask.path.dropFirst(), String(decoding: ask.body, as: UTF8.self))
                do throws(Refusal) {
                    if let said = try await ServiceRequests.answer(String(path), body, by: attestor)
                    {
                        return .text(said)
                    }
                    if let said = try await ServiceRequests.answer(String(path), body, by: node) {
                        return .text(said)
                    }
                } catch {
                    return .text(error.rawValue, 400)
                }
                switch ask.path {
                case "/log/profile.json": return .text(issuer.profile.encoded)
                case "/log/" + edition.listsFile:
                    return Live.Reply(
                        type: "application/jwt",
                        body: Array(try await issuer.publicLists(of: edition).utf8))
                case "/tegata/status":
                    return Live.Reply(
                        type: "application/statuslist+jwt",
                        body: Array(try await issuer.statusList().utf8))
                default: return .missing
                }
            }
        }
    }

    /// Two children with cards of both offices.
    static let people = Identity.people
    static let children = ["aiko", "ben"]

    static func run(_ body: @escaping @Sendable (LinkTown) async throws -> Void) async throws {
        try await Live.run { school in
            try await Live.run { health in
                try await Live.run { clinic in
                    let offices = try await (
                        Office(
                            school, "pupils", ["ja": "生徒証", "en": "Pupils"],
                            committed: [.text("class")]),
                        Office(health, "insured", ["ja": "保険証", "en": "Insured"])
                    )
                    let folder =
                        FileManager.default.temporaryDirectory.path
                        + "/link-tests-\(UUID().uuidString)"
                    defer { try? FileManager.default.removeItem(atPath: folder) }
                    let key = P256.PrivateKey()
                    @Sendable func front() throws -> VerifierService {
                        try Self.service(
                            at: clinic, offices.0, offices.1, key, state: folder + "/clinic")
                    }
                    let service = try front()
                    try await Self.serve(service) { counter in
                        try await Self.serve(try front()) { door in
                            try await body(
                                LinkTown(
                                    offices.0, offices.1, clinic, service, counter, door, folder))
                        }
                    }
                }
            }
        }
    }

    private static func serve(
        _ service: VerifierService,
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let application = Application(router: service.server().router, logger: .quiet)
        let following = Task { await service.follow() }
        defer { following.cancel() }
        try await application.test(.router) { client in
            try await wait(for: client)
            try await body(client)
        }
    }

    /// Until the clinic has met both offices.
    private static func wait(for clinic: any TestClientProtocol) async throws {
        for _ in 0..<1_200 {
            let health = try await clinic.executeRequest(
                uri: "/health", method: .get, headers: [:], body: nil)
            if health.status == .ok { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Refusal.unavailable
    }

    private static func service(
        at clinic: Live, _ school: Office, _ health: Office, _ key: P256.PrivateKey,
        state: String
    ) throws -> VerifierService {
        let purpose = Message("学校健診の費用を市が払うため", "The city pays for the school's <health> check")
        let pupil = PlannedLink.Card.shown("pupils", of: school.live.base, claims: ["class"])
        return try VerifierService(
            VerifierService.Settings(
                web: WebServer.Settings(port: 0, perMinute: 1_000_000, isTest: false),
                address: clinic.base, issuers: [school.live.base, health.live.base],
                key: key,
                plan: Plan(
                    actions: [
                        MemberAction(
                            "vote", Message("給食の投票", "A vote on <lunch>"), edition: "pupils",
                            number: 1, requiring: [.oneOf("class", ["3-A", "3-B"])])
                    ],
                    links: [
                        PlannedLink(
                            "checkup", Message("学校健診", "School health check"), for: purpose, pupil,
                            .hidden("insured", of: health.live.base)),
                        PlannedLink(
                            "both", Message("二枚とも見る", "Both cards"), for: purpose, pupil,
                            .shown("insured", of: health.live.base)),
                    ]), state: state, walletScheme: "http://127.0.0.1:7402/open"))
    }

    private init(
        _ school: Office, _ health: Office, _ clinic: Live, _ service: VerifierService,
        _ counter: any TestClientProtocol, _ door: any TestClientProtocol, _ folder: String
    ) async throws {
        self.school = school
        self.health = health
        self.clinic = clinic
        self.service = service
        self.counter = counter
        self.folder = folder
        for child in Self.children { try await fill(try wallet(child), of: child) }
        clinic.answer { [self] ask in
            let answer = try await door.executeRequest(
                uri: ask.path, method: ask.method == "POST" ? .post : .get,
                headers: [.accept: "application/json"], body: ByteBuffer(bytes: ask.body))
            var body = Array(answer.body.readableBytesView)
            if let change = tampering.withLock({ $0 }),
                let reply = try? JSONDecoder().decode([String: String].self, from: Data(body))
            {
                body = [UInt8](try JSONEncoder().encode(change(reply)))
            }
            return Live.Reply(status: answer.status.code, body: body)
        }
    }

    typealias Change = @Sendable ([String: String]) -> [String: String]

    /// The reply of a verifier of another name.
    var otherName: Change {
        { [clinic] reply in
            let other = reply["verifier"]?.replacing(clinic.base, with: "https://clinic.example")
            return reply.merging(["verifier": other ?? ""]) { $1 }
        }
    }

    /// The reply with another signature.
    static let otherSignature: Change = { reply in
        var parts = (reply["question"] ?? "").split(separator: ".")
        parts[2] = (parts[2].first == "A" ? "B" : "A") + parts[2].dropFirst()
        return reply.merging(["question": parts.joined(separator: ".")]) { $1 }
    }

    /// Who checks the ID cards of both offices, in a file.
    var services: String {
        get throws {
            let path = folder + "/services.json"
            try "{\(school.services), \(health.services)}".write(
                toFile: path, atomically: true, encoding: .utf8)
            return path
        }
    }

    /// The ID cards of all, and who checks them.
    var identity: IdentityAccess {
        get throws {
            let services = try ServicesFile(services).open(isTest: true, fromLoopback: true)
            return IdentityAccess(Self.people, services: services)
        }
    }

    /// A child's wallet, opened anew each time.
    func wallet(_ child: String, knowsClinic: Bool = true) throws -> WalletService {
        try WalletService(
            home: WalletHome(folder + "/" + child),
            trusting: VerifierTrust(addresses: knowsClinic ? [clinic.base] : []),
            acceptsLoopback: true, identity: identity)
    }

    private func fill(_ wallet: WalletService, of child: String) async throws {
        let person = try await Self.people.card(child)
        let holder = try wallet.holder()
        let claims: [(Office, Claims)] = [
            (school, ["class": .selective("3-B"), "name": .selective("Yu the Tester")]),
            (health, ["number": .selective("99-1234")]),
        ]
        for (office, claims) in claims {
            let issued = try await office.issuer.issue(
                to: try await holder.request(office.edition, proving: person), claims: claims)
            let card = try holder.accept(issued, from: office.issuer.profile)
            try wallet.home.change {
                try $0.keep(card, of: holder, from: office.issuer.profile)
            }
        }
    }

    /// A browser at the clinic's counter.
    func screen() async throws -> Browser {
        var browser = Browser(counter)
        _ = try await browser.get("/links")
        return browser
    }

    /// Asks at a counter: the page's path, and what a wallet opens.
    func ask(
        _ plan: String, at screen: inout Browser
    ) async throws -> (path: String, link: String) {
        _ = try await screen.get("/links")
        let asked = try await screen.follow("/links", ["link": plan])
        return (asked.path, clinic.base + "/tegata" + asked.path)
    }

    /// What a screen says to programs.
    func state(_ path: String, _ screen: Browser) async throws -> String {
        let answer = try await counter.executeRequest(
            uri: path, method: .get,
            headers: [.accept: "application/json", .cookie: screen.cookie ?? ""], body: nil)
        return String(buffer: answer.body)
    }
}
