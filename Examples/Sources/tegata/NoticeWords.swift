import Pages
import Tegata

extension Message {
    static let noticeAbstract = Message(
        "発行者のお知らせの証明を確かめます。", "Proofs of what an issuer told somebody.")
    static let noticeCheckAbstract = Message(
        "お知らせの証明を、通信なしで確かめます。", "Checks the proof of a notice, without a network.")
    static let noticeCheckDiscussion = Message(
        """
        知らせ、答え、受領証の署名と、それらが発行者の公開の記録にあることを、その時のプロファイルだけから確かめます。発行者がもうなくてもかまいません。
        終了コード：0 正しい、1 正しくない（理由を表示）、2 使い方の誤り、3 ファイルがない。
        例：tegata notice check notice-5f0c….json --profile kaga.json
        """,
        """
        Signatures of notice, answer and receipt, and that they are in the issuer's public log, from nothing but the profile that the issuer had then. It \
        may be gone.
        Exit codes: 0 it holds, 1 it does not, with the reason; 2 wrong usage; 3 a file is not there.
        Example: tegata notice check notice-5f0c….json --profile kaga.json
        """)
    static let proofHelp = Message(
        "証明のファイル（wallet proofs）。", "The file with the proof (wallet proofs).")
    static let listsHelp = Message(
        "会員をふせたお知らせの、その時の名簿。", "The lists that a notice to a pseudonym counted in.")
    static let proven = Message("確かめました", "it holds")
    static let answerIsHolders = Message(
        "答えは会員本人の鍵によるものです。", "The answer is by the holder's own key.")
    static let answerNotChecked = Message(
        "会員本人の答えは確かめていません（受領証と記録によります）。",
        "The holder's own word was not checked: receipt and log stand for it.")
}
