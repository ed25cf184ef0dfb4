import Pages
import Tegata
import WalletService

/// A card as it is printed.
struct CardLine: Encodable {
    let number: Int
    let title: String
    let issuer: String
    let edition: String
    let serial: UInt32
    let limit: String
    let benefits: [String]
    let claims: [String: String]
    let selective: [String]
    /// Whether it is in force, when the issuer was asked.
    let status: String?

    init(_ card: KeptCard, status: String? = nil) {
        self.status = status
        let held = card.card
        number = card.number
        title = card.title(language).line
        issuer = held.issuer.line
        edition = held.edition.id.line
        serial = held.serial.number
        limit = held.edition.limit.description
        benefits = held.benefits.map(\.line)
        claims = Dictionary(
            held.claims.map { ($0.key.line, $0.value.description.cut(to: 300).line) },
            uniquingKeysWith: { first, _ in first })
        selective = held.selectiveClaims.sorted().map(\.line)
    }

    /// One line.
    var short: String { "\(number)  \(title) № \(serial) / \(limit)  \(issuer)" }

    /// Everything, a line each.
    var long: String {
        var lines = [short]
        if !benefits.isEmpty {
            lines.append("   \(language(.benefits)): \(benefits.joined(separator: ", "))")
        }
        for (name, value) in claims.sorted(by: { $0.key < $1.key }) {
            let mark = selective.contains(name) ? "  [\(language(.onlyAgreed))]" : ""
            lines.append("   \(name): \(value)\(mark)")
        }
        return lines.joined(separator: "\n")
    }
}
