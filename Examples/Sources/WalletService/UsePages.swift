internal import Hummingbird
internal import Pages
internal import Tegata

/// The routes of using a benefit: looked at, given once, sent again while the shop has not heard.
struct UsePages: Sendable {
    let service: WalletService
    let dialogs: Dialogs
    let isTest: Bool

    func add(to router: Router<WebContext>) {
        router.get("uses/:id") { _, context in
            let id = try context.parameters.require("id")
            switch try await dialogs.dialog(id, context.session.key) {
            case .use(let review): return views(context).use(id, review)
            case .used(let review, let ending, _): return views(context).used(id, review, ending)
            default: throw Refusal.expired
            }
        }
        router.post("uses/:id") { request, context in
            let form = try await Form(request, context)
            let id = try context.parameters.require("id")
            let taken = try await dialogs.take(id, context.session.key)
            switch taken {
            case .use(let review):
                await finish(id, review, nil) {
                    try await service.use(
                        review, ofAtLeast: form["few"] == "yes" ? 1 : WalletService.usualCrowd)
                }
            case .used(let review, _, let sent?):
                await finish(id, review, sent) {
                    try await service.send(sent.voucher, sent.record, review)
                }
            default:
                await dialogs.put(id, taken)
                throw Refusal.conflict
            }
            return Response.seeOther("/uses/\(id)")
        }
        router.post("cards/:number/benefits") { request, context in
            _ = try await Form(request, context)
            guard let number = Int(try context.parameters.require("number")) else {
                throw Refusal.malformed
            }
            let card = try service.card(number)
            let uses = try service.uses(of: card)
            do {
                return views(context).entitlements(
                    card, .success(try await service.entitlements(of: card)), uses)
            } catch let refusal as Refusal {
                return views(context).entitlements(card, .failure(refusal), uses)
            }
        }
    }

    private func views(_ context: WebContext) -> WalletViews {
        WalletViews(language: context.language, session: context.session, isTest: isTest)
    }

    private func finish(
        _ id: String, _ review: UseReview, _ sent: Dialogs.Sent?,
        _ body: () async throws -> UseEnding
    ) async {
        let ending: Result<UseEnding, Refusal>
        do {
            ending = .success(try await body())
        } catch {
            // What is wrong with the folder stays in here.
            ending = .failure(error as? Refusal ?? .unavailable)
        }
        var sent = sent
        if case .success(.waiting(let voucher, let record)) = ending {
            sent = Dialogs.Sent(voucher: voucher, record: record)
        }
        await dialogs.put(id, .used(review, ending, sent))
    }
}
