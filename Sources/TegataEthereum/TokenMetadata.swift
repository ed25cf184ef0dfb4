internal import TegataSDJWT
public import Tegata

/// What ERC-721 calls a token's metadata: words and a picture for a card. It names nobody.
public struct TokenMetadata: Sendable {
    /// The interface of ERC-5192, tokens that do not move: a contract for cards answers `true` for it.
    public static let lockedInterface = "0xb45a3c0e"

    /// The edition, as the issuer announced it.
    public let edition: Edition
    /// The card's number.
    public let serial: Serial
    /// Japanese, for `description`.
    public let japanese: String
    /// English, for `description`.
    public let english: String
    /// The address of the card's picture.
    public let image: String

    /// Metadata for card `serial` of `edition`.
    public init(
        _ edition: Edition, serial: Serial, japanese: String, english: String, image: String
    ) {
        self.edition = edition
        self.serial = serial
        self.japanese = japanese
        self.english = english
        self.image = image
    }

    /// The JSON text that `tokenURI` leads to.
    public var encoded: String {
        let text: JSON = [
            "name": .string("\(edition.id) №\(serial.number)"),
            "description": .string(japanese + "\n" + english), "image": .string(image),
            "attributes": [
                ["trait_type": "edition", "value": .string(edition.id)],
                ["trait_type": "serial", "value": .number(JSONNumber(Int64(serial.number)))],
                ["trait_type": "limit", "value": .string(edition.limit.description)],
            ],
        ]
        return String(decoding: text.encoded, as: UTF8.self)
    }
}
