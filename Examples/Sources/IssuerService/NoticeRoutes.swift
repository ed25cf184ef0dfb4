internal import Hummingbird
internal import Pages
internal import Tegata

/// Notices, for wallets: only who shows a card learns whether it was told anything (Spec/notice.md, "Over HTTP").
struct NoticeRoutes: Sendable {
    let desk: Desk
    private let streams = MailStreams()

    init(desk: Desk) { self.desk = desk }

    private var door: Verifier {
        Verifier(
            at: desk.settings.address + "/tegata/notices", trusting: desk.issuer.profile,
            store: desk.store)
    }

    /// How many proofs are given at once, at most.
    private static let mostProofs = 256

    /// A card in force, shown by its holder at this door.
    private func card(
        _ request: Request
    ) async throws -> (shown: Membership, edition: OpenEdition) {
        let shown = try await door.verify(try await request.text(limit: 512 * 1024))
        guard shown.isHolderProven else { throw Refusal.holderBindingMissing }
        return (shown, try await desk.edition(shown.edition.id))
    }

    func add(to router: Router<WebContext>) {
        router.post("tegata/notices/challenge") { _, _ in
            Response.json(try await door.challenge(asking: []))
        }
        router.post("tegata/notices") { request, _ in
            let (shown, edition) = try await card(request)
            let box = desk.notices.mailbox(edition)
            let serial = shown.serial.number
            // The card is in force: the key that it is bound to is the one that showed it.
            let address = try await desk.issuer.address(ofCard: serial, in: edition)
            guard let key = address.cardKey else { throw Refusal.unsupported }
            if request.headers[.accept]?.contains("text/event-stream") == true {
                return try streams.stream(box, serial, boundTo: key)
            }
            let mail = try await box.mail(for: serial, boundTo: key)
            let reply: JSON = ["mail": .array(mail.map(JSON.string))]
            return Response.json("\(reply)")
        }
        router.post("tegata/notices/proofs") { request, _ in
            let (shown, edition) = try await card(request)
            let told = try await desk.issuer.notices(toCard: shown.serial.number, in: edition)
            var proofs = [JSON]()
            // The newest ones are those that a wallet does not have yet.
            for one in told.suffix(Self.mostProofs)
            where one.state != .open && one.state != .expired {
                proofs.append(.string(try await desk.issuer.proof(of: one.id)))
            }
            let reply: JSON = ["proofs": .array(proofs)]
            return Response.json("\(reply)")
        }
        router.post("tegata/notices/answers") { request, _ in
            let receipt = try await desk.issuer.settle(
                answer: try await request.text(limit: 16 * 1024))
            return Response.json(receipt, type: "application/jwt")
        }
    }
}
