internal import Hummingbird
internal import Pages
internal import Tegata

/// What all pages of a verifier share.
struct Counter: Sendable {
    let plan: Plan
    let desk: Desk
    let visits: Visits
    let redemptions: RedemptionBook
    let isTest: Bool
    /// Where this service is reached, without a slash at its end.
    let address: String
    /// What links on the same device start with.
    let walletScheme: String

    var issuers: TrustedIssuers { desk.issuers }

    func page(
        _ context: WebContext, _ title: Message, refreshing: Int? = nil, test: Bool = false,
        status: HTTPResponse.Status = .ok, _ content: HTML
    ) -> Response {
        Page(
            context.language, title: context.language(title), isTest: isTest || test,
            refreshing: refreshing,
            content: """
                <h1>\(context.language(title))</h1>
                \(content)
                """
        ).response(status)
    }

    func again(_ language: Language, at path: String = "/") -> HTML {
        """
        <p><a class="button" href="\(path)">\(language(.startAgain))</a></p>
        """
    }

    /// An edition's title, and always beside it the identifier that was verified (A45).
    func name(of edition: String, _ issuer: String, _ language: Language) async -> HTML {
        let found = try? await issuers.edition(edition, of: issuer)
        let title = language(found?.edition.edition.title ?? [:], or: language.label(edition))
        return """
            <dt>\(language(.edition))</dt><dd>\(title.cut(to: 80)) <code>\(edition)</code></dd>
            <dt>\(language(.issuer))</dt><dd><code>\(issuer)</code></dd>
            """
    }
}

extension Request {
    /// Whether a person asks: a browser says so, a program does not.
    var wantsPage: Bool { headers[.accept]?.contains("text/html") == true }
}
