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

    func add(to router: Router<WebContext>) {
        router.post("tegata/notices/challenge") { _, _ in
            Response.json(try await door.challenge(asking: []))
        }
        router.post("tegata/notices") { request, _ in
            let shown = try await door.verify(try await request.text(limit: 512 * 1024))
            guard shown.isHolderProven else { throw Refusal.holderBindingMissing }
            let edition = try await desk.edition(shown.edition.id)
            let box = desk.notices.mailbox(edition)
            if request.headers[.accept]?.contains("text/event-stream") == true {
                return try streams.stream(box, shown.serial.number)
            }
            let mail = try await box.mail(for: shown.serial.number)
            let reply: JSON = ["mail": .array(mail.map(JSON.string))]
            return Response.json("\(reply)")
        }
        router.post("tegata/notices/answers") { request, _ in
            let receipt = try await desk.issuer.settle(
                answer: try await request.text(limit: 16 * 1024))
            return Response.json(receipt, type: "application/jwt")
        }
    }
}
