internal import Foundation
internal import Hummingbird
internal import Pages
internal import Tegata
internal import TegataOpenID

/// The page of the authorization code flow (RFC 9126, RFC 7636): a wallet has pushed a request, the person agrees here, goes back to the
/// wallet, and then shows the ID card, whose signature has to cover the wallet's key (A73, A129): before the wallet has proven its
/// key there is nothing to sign.
struct AuthorizePages: Sendable {
    let desk: Desk
    private var claims: ClaimDesk { ClaimDesk(desk: desk) }

    func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let language = context.language
        let query = request.uri.query ?? ""
        let (pending, edition) = try await pending(query)
        return Page(
            language, title: language(.walletAsks), isTest: desk.isTest, keeping: query,
            content: """
                <h1>\(language(.walletAsks))</h1>
                <dl><dt>\(language(.callsItself))</dt><dd>\(pending.client.cut(to: 80))</dd>
                <dt>\(language(.answerGoesTo))</dt><dd><code>\(pending.destination.cut(to: 200))</code></dd>
                <dt>\(language(.editions))</dt><dd>\(language(edition.edition.title, or: edition.edition.id).cut(to: 60))</dd></dl>
                <p>\(language(.onlyYours))</p>
                <form method="post" action="/authorize">\(context.session.field)
                <input type="hidden" name="query" value="\(query)">
                <p><button name="answer" value="approve">\(language(.agree))</button>
                <button class="quiet" name="answer" value="deny">\(language(.disagree))</button></p></form>
                <p>\(language(.privacy))</p>
                """
        ).response()
    }

    func answer(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await Form(request, context)
        let (pending, edition) = try await pending(try form.required("query", atMost: 4096))
        let server = try desk.openIDServer()
        guard form["answer"] == "approve" else {
            return declined(try Self.address(await server.deny(pending)), context)
        }
        let id = edition.edition.id
        let subject = try await claims.allow(
            id, in: context.session, isForOffer: pending.isForOffer)
        let back = try Self.address(await server.approve(pending, for: subject))
        try await claims.allowed(id, in: context.session, back: back)
        return .seeOther("/editions/\(id)/claim")
    }

    /// What was pushed: one edition, since one ID card proof is for one.
    private func pending(
        _ query: String
    ) async throws -> (pending: PendingAuthorization, edition: OpenEdition) {
        let asked = OAuthRequest(method: "GET", path: "/authorize", query: query)
        switch try await desk.openIDServer().authorization(for: asked) {
        case .failure(let refused): throw refused.answer.reason ?? Refusal.malformed
        case .success(let pending):
            guard let id = pending.configurations.first, pending.configurations.count == 1 else {
                throw Refusal.limitExceeded
            }
            return (pending, try await desk.edition(id))
        }
    }

    /// Where the browser would be sent. A link takes it there: the page that waits for the ID card stays open behind it.
    private static func address(_ answer: OAuthAnswer) throws -> String {
        guard answer.status == 302, let address = answer.header("Location") else {
            throw answer.reason ?? Refusal.unavailable
        }
        return address
    }

    private func declined(_ back: String, _ context: WebContext) -> Response {
        let language = context.language
        return Page(
            language, title: language(.walletAsks), isTest: desk.isTest,
            content: """
                <h1>\(language(.walletAsks))</h1>
                <p>\(language(.declinedHere))</p>
                <p><a class="button" href="\(back)">\(language(.backToWallet))</a></p>
                """
        ).response()
    }
}

extension ClaimDesk {
    /// Whom the answer to a wallet is for: a fresh subject, or, for an offer, the one that this session's own offer was made for
    /// (A73: an offer that somebody else made is approved by nobody else).
    func allow(
        _ edition: String, in session: BrowserSession, isForOffer: Bool
    ) async throws(Refusal) -> [UInt8] {
        if isForOffer {
            guard let claim = try await claim(edition, in: session) else { throw .unauthorized }
            return claim.subject
        }
        let opened = try await desk.edition(edition)
        if let limit = try await desk.issuer.standing(of: opened).freeLimit, limit == 0,
            opened.edition.draw == nil
        {
            throw .soldOut
        }
        let subject = BrowserSession().key
        try await keep(
            ClaimRecord(
                edition: edition, subject: subject, handle: "", link: "", code: "",
                phase: .approved(back: "")), in: session, isNew: true)
        return subject
    }

    /// The person agreed: the page shows the way back and waits for the wallet.
    func allowed(
        _ edition: String, in session: BrowserSession, back: String
    ) async throws(Refusal) {
        guard var record = try await claim(edition, in: session) else { throw .expired }
        record.phase = .approved(back: back)
        try await keep(record, in: session)
    }
}

extension Message {
    fileprivate static let walletAsks = Message("ウォレットが会員証を求めています", "A wallet asks for a card")
    fileprivate static let callsItself = Message("ウォレットの自称", "It calls itself")
    fileprivate static let answerGoesTo = Message("返事の送り先", "The answer goes to")
    fileprivate static let onlyYours = Message(
        "ご自身のウォレットからこのページに来たときだけ、同意してください。",
        "Agree only if you came here from your own wallet.")
    fileprivate static let agree = Message("同意する", "Agree")
    fileprivate static let disagree = Message("同意しない", "Do not agree")
    fileprivate static let declinedHere = Message(
        "同意しませんでした。会員証は発行されません。", "You did not agree. No card is issued.")
    static let backToWallet = Message("ウォレットへ戻る", "Back to your wallet")
    static let thenComeBack = Message(
        "ウォレットへ戻って続けてください。ウォレットがつながると、このページで本人確認カードをお願いします。",
        "Go on in your wallet. Once it has asked for the card, this page asks for your ID card.")
}
