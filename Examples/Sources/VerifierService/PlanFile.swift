internal import Foundation
internal import Pages
internal import ServiceKit
internal import Tegata

extension Plan {
    /// Reads a plan from a JSON file:
    ///
    /// ```json
    /// {"checks": [{"id": "guest", "title": {"ja": "宿泊の特典", "en": "A guest's benefits"}, "edition": "founders", "claims": ["tier"]}],
    ///  "benefits": [{"id": "taxi", "title": {"ja": "タクシー", "en": "Taxi rides"}, "edition": "founders", "benefit": "taxi", "count": 10}],
    ///  "entitlements": [{"id": "rides", "title": {"ja": "乗車券", "en": "Rides"}, "edition": "founders", "terms": "rides"}],
    ///  "actions": [{"id": "vote", "title": {"ja": "投票", "en": "A vote"}, "edition": "founders", "number": 1, "hours": 24,
    ///               "atMost": {"since": 2026}, "oneOf": {"tier": ["gold", "silver"]}, "is": {"examined": 20420}}],
    ///  "links": [{"id": "checkup", "title": {"ja": "学校健診", "en": "School health check"},
    ///             "purpose": {"ja": "健診の費用を市が払うため", "en": "The city pays for the check"},
    ///             "cards": [{"issuer": "https://school.example", "edition": "pupils", "claims": ["class"]},
    ///                       {"issuer": "https://health.example", "edition": "insured", "hidden": true}]}]}
    /// ```
    ///
    /// `issuer` narrows each to one; `person` asks for the ID card too. A link has exactly two cards of two editions, each shown with
    /// `claims` or `hidden` among all of its edition.
    ///
    /// A check may ask for a credential of another issuer instead of a card (docs/credentials.md); a claim inside another is a list of names,
    /// as DCQL has it. Whom to believe about it is in the bundle, or without one in `credentials`, with files beside the plan's:
    ///
    /// ```json
    /// {"checks": [{"id": "pid", "title": {"ja": "身分証", "en": "Identity"}, "credential": {"type": "urn:eudi:pid:1", "issuer": "https://pid.example"},
    ///              "claims": ["family_name", ["address", "country"]]}],
    ///  "credentials": [{"issuer": "https://pid.example", "types": ["urn:eudi:pid:1"], "authorities": ["pid-ca.pem"],
    ///                   "statuses": ["https://pid.example/status/1"]}]}
    /// ```
    ///
    /// - Throws: `KeyFile.Problem`, which says what is wrong with the file.
    public init(file path: String) throws {
        let file: PlanFile
        do {
            file = try JSONDecoder().decode(
                PlanFile.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw KeyFile.Problem(description: "\(path) is no plan (読めません): \(error)")
        }
        let names = file.allNames
        guard Set(names).count == names.count, names.allSatisfy(PlanFile.isName) else {
            throw KeyFile.Problem(
                description: "\(path): ids are 1 … 40 of a-z 0-9 -, and no two alike")
        }
        let checks = try file.checks?.enumerated().map { place, check in
            try check.planned("\(path): checks[\(place)]")
        }
        let folder = URL(filePath: path).deletingLastPathComponent()
        let credentials = try (file.credentials ?? []).enumerated().map { place, issuer in
            try issuer.trusted("\(path): credentials[\(place)]", in: folder)
        }
        let links = try (file.links ?? []).enumerated().map { place, link in
            try link.planned("\(path): links[\(place)]")
        }
        self.init(
            checks: checks ?? [.anyMember],
            benefits: file.benefits?.map(\.counted) ?? [],
            entitlements: file.entitlements?.map(\.planned) ?? [],
            actions: file.actions?.map(\.action) ?? [], links: links,
            credentials: credentials)
    }
}

private struct PlanFile: Decodable {
    let checks: [CheckEntry]?
    let benefits: [BenefitEntry]?
    let entitlements: [EntitlementEntry]?
    let actions: [ActionEntry]?
    let links: [LinkEntry]?
    let credentials: [CredentialIssuerEntry]?

    /// All ids, told apart by what they are of.
    var allNames: [String] {
        var names = [String]()
        for check in checks ?? [] { names.append("c-" + check.id) }
        for benefit in benefits ?? [] { names.append("b-" + benefit.id) }
        for entitlement in entitlements ?? [] { names.append("e-" + entitlement.id) }
        for action in actions ?? [] { names.append("a-" + action.id) }
        for link in links ?? [] { names.append("l-" + link.id) }
        return names
    }

    static func isName(_ name: String) -> Bool {
        (3...42).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
            }
    }

    typealias Title = CheckEntry.Title

    struct BenefitEntry: Decodable {
        let id: String
        let title: Title
        let issuer: String?
        let edition: String
        let benefit: String
        let count: UInt16

        var counted: CountedBenefit {
            CountedBenefit(
                id, title.message, issuer: issuer, edition: edition, benefit: benefit,
                count: Int(count))
        }
    }

    struct EntitlementEntry: Decodable {
        let id: String
        let title: Title
        let issuer: String?
        let edition: String
        let terms: String

        var planned: PlannedEntitlement {
            PlannedEntitlement(
                id, title.message, issuer: issuer, edition: edition, terms: terms)
        }
    }

    struct ActionEntry: Decodable {
        let id: String
        let title: Title
        let issuer: String?
        let edition: String
        let number: UInt32
        let hours: UInt16?
        let atLeast: [String: UInt32]?
        let atMost: [String: UInt32]?
        let oneOf: [String: [String]]?
        let `is`: [String: Exact]?

        /// The one value that there may be: a number or a text.
        enum Exact: Decodable {
            case number(UInt32)
            case text(String)

            init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                if let number = try? value.decode(UInt32.self) {
                    self = .number(number)
                } else {
                    self = .text(try value.decode(String.self))
                }
            }
        }

        var action: MemberAction {
            var predicates = [ClaimPredicate]()
            for (claim, bound) in sorted(atLeast) { predicates.append(.atLeast(claim, bound)) }
            for (claim, bound) in sorted(atMost) { predicates.append(.atMost(claim, bound)) }
            for (claim, values) in sorted(oneOf) { predicates.append(.oneOf(claim, values)) }
            for (claim, value) in sorted(`is`) {
                switch value {
                case .number(let number): predicates.append(.equals(claim, number))
                case .text(let text): predicates.append(.equals(claim, text))
                }
            }
            return MemberAction(
                id, title.message, issuer: issuer, edition: edition, number: UInt64(number),
                seconds: Int64(hours ?? 24) * 3_600, requiring: predicates)
        }

        private func sorted<Value>(_ wishes: [String: Value]?) -> [(String, Value)] {
            (wishes ?? [:]).map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
        }
    }
}
