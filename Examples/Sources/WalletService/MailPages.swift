internal import Hummingbird
internal import Pages
internal import Tegata

/// The routes of notices: fetched for a card, shown when they hold, answered in one step.
struct MailPages: Sendable {
    let service: WalletService
    let dialogs: Dialogs
    let isTest: Bool
    /// Seconds after which an open page asks again.
    static let interval: Int64 = 60

    func add(to router: Router<WebContext>) {
        router.post("cards/:number/mail") { request, context in
            _ = try await Form(request, context)
            guard let number = Int(try context.parameters.require("number")) else {
                throw Refusal.malformed
            }
            do {
                let mail = try await service.mail(for: try service.card(number))
                let id = await dialogs.begin(.mail(mail, nil), context.session.key)
                return Response.seeOther("/mail/\(id)")
            } catch let refusal as Refusal {
                return views(context).noMail(refusal, number)
            }
        }
        router.get("mail/:id") { _, context in
            let id = try context.parameters.require("id")
            guard
                case .mail(let mail, let ending) = try await dialogs.dialog(
                    id, context.session.key)
            else { throw Refusal.expired }
            // The page looks again by itself; a click at the same time goes first.
            if WalletService.now - mail.time >= Self.interval,
                (try? await dialogs.take(id, context.session.key)) != nil
            {
                let fresh = (try? await service.mail(for: mail.card)) ?? mail
                await dialogs.put(id, .mail(fresh, ending))
                return views(context).mail(id, fresh, ending)
            }
            return views(context).mail(id, mail, ending)
        }
        router.post("mail/:id") { request, context in
            let form = try await Form(request, context)
            let id = try context.parameters.require("id")
            let taken = try await dialogs.take(id, context.session.key)
            guard case .mail(let mail, _) = taken,
                let place = Int(form["notice"] ?? ""), mail.notices.indices.contains(place),
                let word = Self.word(form["answer"])
            else {
                await dialogs.put(id, taken)
                throw Refusal.conflict
            }
            await dialogs.put(id, await answer(word, place, mail))
            return Response.seeOther("/mail/\(id)")
        }
    }

    private func answer(_ word: NoticeWord, _ place: Int, _ mail: Mail) async -> Dialogs.Dialog {
        let notice = mail.notices[place]
        var mail = mail
        do {
            let recorded = try await service.answer(word, to: notice, of: mail.card)
            mail.notices.remove(at: place)
            mail.receipts += 1
            return .mail(mail, .success(recorded))
        } catch {
            // What is wrong with the folder stays in here.
            let refusal = error as? Refusal ?? .unavailable
            if refusal == .unavailable { mail.sent[notice.id] = mail.sent[notice.id] ?? word }
            return .mail(mail, .failure(refusal))
        }
    }

    private static func word(_ text: String?) -> NoticeWord? {
        switch text {
        case "confirm": .confirm
        case "refuse": .refuse
        default: nil
        }
    }

    private func views(_ context: WebContext) -> WalletViews {
        WalletViews(language: context.language, session: context.session, isTest: isTest)
    }
}
