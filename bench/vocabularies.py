"""What the letters of the corpus are written in: words, a charset that senders still use for them, and how often."""

from __future__ import annotations

from dataclasses import dataclass

ENGLISH = """account agreement again amount approve attached available before budget business call campaign change
client close comment company complete contact contract customer data deadline deal delivery demo department details
discount document draft email estimate evening feature feedback figure final follow forecast forward general hello help
implementation important information integration interest invoice issue january kind know launch leads license list
manager market meeting message milestone minutes monday month move negotiate next notes offer office onboarding open
opportunity order partner payment people phone pipeline plan please pricing process product project proposal prospect
purchase quarter question quote receive regards renewal report request response review revenue sales sample schedule
send service sign solution staff status support system team technical terms thanks thursday ticket time timeline today
training update upgrade user value vendor visit wednesday week welcome work"""
RUSSIAN = """договор клиент компания встреча отчет счет оплата заявка проект предложение срок менеджер отдел продажи
скидка письмо вопрос ответ спасибо здравствуйте сегодня завтра неделя месяц документ подпись согласование доставка заказ
товар услуга система данные поддержка звонок телефон адрес график план бюджет"""
JAPANESE = """会議 資料 契約 見積 請求 担当 確認 連絡 送付 お世話 ありがとう よろしく 納期 注文 商品 価格 会社 部長
打合せ 予定 明日 今週 変更"""
CHINESE = """合同 客户 公司 会议 报告 付款 订单 产品 价格 服务 系统 数据 项目 计划 经理 销售 折扣 邮件 问题 回复 谢谢
今天 明天 发票"""
FRENCH = """réunion société contrat facture équipe numéro prévu février août dépôt côté été modèle système français
garçon"""


@dataclass(frozen=True, slots=True)
class Language:
    charset: str
    words: tuple[str, ...]
    weight: float


LANGUAGES = (
    Language("utf-8", tuple(ENGLISH.split()), 0.52),
    Language("iso-8859-1", tuple((FRENCH + ENGLISH[:600]).split()), 0.08),
    Language("utf-8", tuple(RUSSIAN.split()), 0.14),
    Language("koi8-r", tuple(RUSSIAN.split()), 0.05),
    Language("windows-1251", tuple(RUSSIAN.split()), 0.07),
    Language("iso-2022-jp", tuple(JAPANESE.split()), 0.06),
    Language("gb18030", tuple(CHINESE.split()), 0.08),
)
