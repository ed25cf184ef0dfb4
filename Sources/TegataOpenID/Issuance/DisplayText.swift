public import TegataSDJWT

/// How something is shown to people of one language: an issuer, a kind of card, a claim.
public struct DisplayText: Sendable, Hashable {
    /// A picture.
    public struct Logo: Sendable, Hashable {
        /// Its address, https or `data:`.
        public let uri: String
        /// What to read out instead.
        public let alternative: String?

        /// A picture at `uri`.
        public init(uri: String, alternative: String? = nil) {
            self.uri = uri
            self.alternative = alternative
        }
    }

    /// The name.
    public let name: String?
    /// The language, a tag of BCP 47 such as `ja-JP`.
    public let locale: String?
    /// A picture.
    public let logo: Logo?
    /// A sentence about it.
    public let explanation: String?
    /// The colour behind, `#` and six digits.
    public let backgroundColor: String?
    /// The colour of the text.
    public let textColor: String?

    /// A name in one language.
    public init(
        _ name: String, locale: String, logo: Logo? = nil, explanation: String? = nil,
        backgroundColor: String? = nil, textColor: String? = nil
    ) {
        self.name = name
        self.locale = locale
        self.logo = logo
        self.explanation = explanation
        self.backgroundColor = backgroundColor
        self.textColor = textColor
    }

    /// `name` is what the text stands under, and `look` holds colours and picture.
    private init(
        _ reader: DocumentReader, name key: String = "name", look: DocumentReader?
    ) throws(Refusal) {
        name = try reader.optionalText(key)
        locale = try reader.optionalText("locale", atMost: 64)
        explanation = try reader.optionalText("description")
        backgroundColor = try look?.optionalText("background_color", atMost: 64)
        textColor = try look?.optionalText("text_color", atMost: 64)
        if let picture = try look?.optionalDocument("logo") {
            logo = Logo(
                uri: try picture.text("uri", atMost: 64 * 1024),
                alternative: try picture.optionalText("alt_text"))
        } else {
            logo = nil
        }
    }

    /// Reads `display`: a list with each language once; none when it was left out.
    static func list(_ reader: DocumentReader) throws(Refusal) -> [DisplayText] {
        try list(reader) { element throws(Refusal) in try DisplayText(element, look: element) }
    }

    /// The same as type metadata writes it: language and name are required, the look is under `rendering`.
    static func typeList(_ reader: DocumentReader) throws(Refusal) -> [DisplayText] {
        try list(reader) { element throws(Refusal) in
            let look = try element.optionalDocument("rendering")?.optionalDocument("simple")
            let text = try DisplayText(element, look: look)
            guard text.name != nil, text.locale != nil else { throw .malformed }
            return text
        }
    }

    /// The names of a claim as type metadata writes them.
    static func labels(_ reader: DocumentReader) throws(Refusal) -> [DisplayText] {
        try list(reader) { element throws(Refusal) in
            let text = try DisplayText(element, name: "label", look: nil)
            guard text.name != nil, text.locale != nil else { throw .malformed }
            return text
        }
    }

    private static func list(
        _ reader: DocumentReader, _ read: (DocumentReader) throws(Refusal) -> DisplayText
    ) throws(Refusal) -> [DisplayText] {
        var texts = [DisplayText]()
        for element in try reader.optionalList("display") ?? [] {
            let text = try read(try DocumentReader(element))
            let isTaken = texts.contains { other in
                switch (other.locale, text.locale) {
                case (nil, nil): true
                // Tags of languages have no case (RFC 5646 §2.1.1).
                case (let a?, let b?): a.lowercased().hasSameBytes(as: b.lowercased())
                default: false
                }
            }
            guard !isTaken else { throw .malformed }
            texts.append(text)
        }
        return texts
    }

    var json: JSON {
        var object = JSONObject()
        object.add("name", text: name)
        object.add("locale", text: locale)
        object.add("description", text: explanation)
        for member in look.members { object.add(member.name, member.value) }
        return .object(object)
    }

    /// As type metadata writes a type.
    var typeJSON: JSON {
        var object = JSONObject()
        object.add("locale", text: locale)
        object.add("name", text: name)
        object.add("description", text: explanation)
        if !look.isEmpty { object.add("rendering", ["simple": .object(look)]) }
        return .object(object)
    }

    /// As type metadata writes a claim.
    var labelJSON: JSON {
        var object = JSONObject()
        object.add("locale", text: locale)
        object.add("label", text: name)
        object.add("description", text: explanation)
        return .object(object)
    }

    private var look: JSONObject {
        var object = JSONObject()
        if let logo {
            var picture: JSONObject = ["uri": .string(logo.uri)]
            picture.add("alt_text", text: logo.alternative)
            object.add("logo", .object(picture))
        }
        object.add("background_color", text: backgroundColor)
        object.add("text_color", text: textColor)
        return object
    }

    /// The one for `language` (`ja`, `en`), else the first.
    public static func best(_ texts: [DisplayText], for language: String) -> DisplayText? {
        texts.first { text in
            guard let locale = text.locale?.lowercased() else { return false }
            return locale == language || locale.hasPrefix(language + "-")
        } ?? texts.first
    }
}

/// A claim that a kind of card may carry, where it stands and how it is shown (OpenID4VCI 1.0 appendix B.2).
public struct ClaimDescription: Sendable, Hashable {
    /// Names, positions, and `null` for every element of a list, from the outside in.
    public let path: [JSON]
    /// Whether every card has it.
    public let isMandatory: Bool
    /// Its name, a language each.
    public let display: [DisplayText]

    /// A claim at the top.
    public init(_ name: String, isMandatory: Bool = false, display: [DisplayText] = []) {
        path = [.string(name)]
        self.isMandatory = isMandatory
        self.display = display
    }

    private init(_ reader: DocumentReader) throws(Refusal) {
        try self.init(reader, display: try DisplayText.list(reader))
    }

    /// As type metadata writes it.
    init(ofType reader: DocumentReader) throws(Refusal) {
        try self.init(reader, display: try DisplayText.labels(reader))
    }

    private init(_ reader: DocumentReader, display: [DisplayText]) throws(Refusal) {
        guard let path = try reader.optionalList("path", atMost: 32),
            path.allSatisfy({ step in
                step.string != nil || step == .null || step.integer.map { $0 >= 0 } ?? false
            })
        else { throw .malformed }
        self.path = path
        isMandatory = try reader.optionalFlag("mandatory") ?? false
        self.display = display
    }

    /// Reads `claims`: no path twice.
    static func list(_ reader: DocumentReader) throws(Refusal) -> [ClaimDescription] {
        var claims = [ClaimDescription]()
        for element in try reader.optionalList("claims", atMost: 1024) ?? [] {
            let claim = try ClaimDescription(try DocumentReader(element))
            guard !claims.contains(where: { $0.path == claim.path }) else { throw .malformed }
            claims.append(claim)
        }
        return claims
    }

    var json: JSON {
        var object: JSONObject = ["path": .array(path)]
        if isMandatory { object.add("mandatory", true) }
        if !display.isEmpty { object.add("display", .array(display.map(\.json))) }
        return .object(object)
    }
}
