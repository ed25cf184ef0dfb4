internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Pages
internal import Tegata

// What the shops of an entitlement are owed, and who answers for what was used twice: the operator's part.
extension OperatorPages {
    func owed(_ id: String, _ name: String, _ context: WebContext) async throws -> Response {
        guard try await isOperator(context) else { return logIn(context) }
        let language = context.language
        let terms = try await terms(name, of: id)
        let plan = terms.entitlement
        let tally = try await desk.issuer.tally(under: terms)
        let rows = tally.map { row in
            """
            <tr><td>\(Day(of: plan.windows[row.window]))</td><th scope="row"><code>\(row.shop)</code></th>\
            <td>\(row.counted)</td><td>\(row.charged)</td><td>\(row.refused)</td><td><strong>\(row.counted + row.charged)</strong></td></tr>
            """ as HTML
        }
        let table: HTML = """
            <table><thead><tr><th scope="col">\(language(.windowFrom))</th><th scope="col">\(language(.shop))</th>\
            <th scope="col">\(language(.counted))</th><th scope="col">\(language(.charged))</th>\
            <th scope="col">\(language(.notPaid))</th><th scope="col">\(language(.toPay))</th></tr></thead>\
            <tbody>\(HTML.join(rows))</tbody></table>
            <p><a href="/operator/\(id)/terms/\(name)/uses.csv">CSV</a></p>
            """
        return Page(
            language, title: language(plan.title), isTest: desk.isTest, refreshing: nil,
            content: """
                <h1>\(language(plan.title))</h1>
                <p>\(language(.owedExplained))</p>
                \(rows.isEmpty ? "<p>\(language(.noUses))</p>" as HTML : table)
                \(try await disputes(terms, language))
                <p><a href="/operator">\(language(.back))</a></p>
                """
        ).response()
    }

    /// The same for a spreadsheet.
    func owedAsTable(
        _ id: String, _ name: String, _ context: WebContext
    ) async throws -> Response {
        guard try await isOperator(context) else { return logIn(context) }
        let terms = try await terms(name, of: id)
        var lines = ["window,from,shop,counted,charged,refused,owed"]
        for row in try await desk.issuer.tally(under: terms) {
            let from = Day(of: terms.entitlement.windows[row.window])
            // A shop's identifier may have commas and quotation marks in it.
            let shop = "\"" + row.shop.replacing("\"", with: "\"\"") + "\""
            lines.append(
                "\(row.window),\(from),\(shop),\(row.counted),\(row.charged),\(row.refused),\(row.counted + row.charged)"
            )
        }
        var response = Response.json(
            lines.joined(separator: "\r\n") + "\r\n", type: "text/csv; charset=utf-8")
        response.headers[.contentDisposition] = "attachment; filename=\"\(id)-\(name).csv\""
        return response
    }

    private func terms(_ name: String, of id: String) async throws -> EntitlementTerms {
        guard let terms = try await desk.terms.terms(name, of: try await desk.edition(id)) else {
            throw Refusal.unsupported
        }
        return terms
    }

    /// Each number that was used twice, with who answers for it by the written rule.
    private func disputes(_ terms: EntitlementTerms, _ language: Language) async throws -> HTML {
        var rows = [HTML]()
        for dispute in try await desk.issuer.disputes(under: terms).suffix(200) {
            let double = try DoubleUse(
                dispute.first, dispute.second, under: terms, from: desk.issuer.profile)
            let bearer: Message = double.bearer == .holder ? .bearerHolder : .bearerShop
            rows.append(
                """
                <tr><td>№ \(double.first.serial)</td><td>\(double.first.number ?? 0)</td><td><code>\(double.first.shop)</code></td>\
                <td><code>\(double.second.shop)</code></td><td>\(language(bearer))</td></tr>
                """)
        }
        guard !rows.isEmpty else { return .empty }
        return """
            <h2>\(language(.disputes))</h2>
            <table><thead><tr><th scope="col">\(language(.number))</th><th scope="col">\(language(.whichUse))</th>\
            <th scope="col">\(language(.firstShop))</th><th scope="col">\(language(.secondShop))</th>\
            <th scope="col">\(language(.bearer))</th></tr></thead><tbody>\(HTML.join(rows))</tbody></table>
            """
    }
}
