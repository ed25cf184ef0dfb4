internal import Foundation
internal import HTTPTypes
internal import Hummingbird
public import Pages
internal import ServiceKit
public import Tegata

/// The routes of proofs: fetched and kept, and given as a file each.
struct ProofPages: Sendable {
    let service: WalletService
    let isTest: Bool

    func add(to router: Router<WebContext>) {
        router.post("cards/:number/proofs") { request, context in
            _ = try await Form(request, context)
            let card = try card(context)
            let views = WalletViews(
                language: context.language, session: context.session, isTest: isTest)
            do {
                let found = try await service.fetchProofs(of: card)
                return views.proofs(card, found.kept, refused: found.refused, nil)
            } catch let refusal as Refusal {
                // What is kept needs nobody.
                return views.proofs(card, try service.proofs(of: card), refused: 0, refusal)
            }
        }
        router.post("cards/:number/proofs/:file") { request, context in
            _ = try await Form(request, context)
            let name = try context.parameters.require("file")
            guard
                let kept = try service.proofs(of: try card(context)).first(where: {
                    $0.fileName == name
                })
            else { throw Refusal.conflict }
            var response = Response.json(kept.document)
            response.headers[.contentDisposition] = "attachment; filename=\"\(kept.fileName)\""
            return response
        }
    }

    private func card(_ context: WebContext) throws -> KeptCard {
        guard let number = Int(try context.parameters.require("number")) else {
            throw Refusal.malformed
        }
        return try service.card(number)
    }
}

// The page of proofs.
extension WalletViews {
    func proofs(
        _ card: KeptCard, _ kept: [KeptProof], refused: Int, _ refusal: Refusal?
    ) -> Response {
        let rows = kept.reversed().map { row(card, $0) }
        let table: HTML = """
            <table><thead><tr><th scope="col">\(language(.decidedOn))</th><th scope="col">\(language(.mail))</th>\
            <th scope="col">\(language(.whatBecame))</th><th scope="col">\(language(.proofFile))</th></tr></thead>\
            <tbody>\(.join(rows))</tbody></table>
            <p class="hint">\(language(.proofExplained))</p>
            """
        return page(
            .proofs,
            """
            \(refusal.map { note($0, .reading) })
            \(refused == 0 ? .empty : "<p role=\"note\">\(language(.notShown)): \(refused)</p>" as HTML)
            \(rows.isEmpty ? "<p>\(language(.noProofs))</p>" as HTML : table)
            <p><a href="/cards/\(card.number)">\(language(.back))</a></p>
            """)
    }

    private func row(_ card: KeptCard, _ kept: KeptProof) -> HTML {
        let notice = kept.proof.notice
        return """
            <tr><td>\(Day(of: kept.proof.time))</td><th scope="row">\(language(notice.title))<br>\(language(notice.office))</th>\
            <td>\(language(kept.proof.state.words))</td>\
            <td><form method="post" action="/cards/\(card.number)/proofs/\(kept.fileName)">\(session.field)\
            <button class="quiet" aria-label="\(language(.download)): \(language(notice.title))">\(language(.download))</button></form></td></tr>
            """
    }
}

extension NoticeState {
    /// What became of a notice, in words.
    public var words: Message {
        switch self {
        case .open: Message("まだ答えていません", "not answered yet")
        case .confirmed: Message("確認しました", "confirmed")
        case .refused: Message("受け取らないと答えました", "refused")
        case .withdrawn: Message("取り消されました", "taken back")
        case .replaced: Message("別のお知らせに替わりました", "replaced by another")
        case .expired: Message("期限が過ぎました", "expired")
        }
    }
}

// What people read about proofs.
extension Message {
    static let proofs = Message("お知らせの証明", "Proofs of notices")
    static let decidedOn = Message("日付", "Date")
    static let whatBecame = Message("結果", "What became of it")
    static let proofFile = Message("証明のファイル", "File of the proof")
    static let download = Message("保存する", "Save")
    static let noProofs = Message(
        "答えたお知らせは、まだありません。", "Nothing was decided about any notice yet.")
    static let proofExplained = Message(
        "知らせ、あなたの答え、市の受領証と、公開の記録にあることの証明です。市やこの会員証入れがなくなっても、だれでも確かめられます（tegata notice check）。",
        "The notice, your answer, the issuer's receipt, and the proof that they are in its public log. Anybody can check it without the issuer or this wallet (tegata notice check)."
    )
}
