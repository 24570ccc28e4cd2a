"""Who lives in the demo: our people, whom `manage.py demo_data` creates, and the outside world of the demo mail server.

Plain data, used by the demo mail server, the demo data and the text that `up` prints.
"""

from dataclasses import dataclass

ACCOUNT_NAME = "Acme"
MAIL_HOST = "localhost"


@dataclass(frozen=True)
class Colleague:
    """A member of the demo account, with one mailbox on the demo server."""

    name: str
    email: str  # the login, and the address of the mailbox
    password: str  # of the login
    mailbox_password: str
    role: str  # "admin" or "user"
    language: str


@dataclass(frozen=True)
class SpareMailbox:
    """Of the company too, with mail in it, but not connected: for the visitor to connect it himself."""

    name: str
    email: str
    mailbox_password: str


@dataclass(frozen=True)
class Correspondent:
    """A person outside, whose mailbox lies on the demo server too: answers to him arrive there."""

    name: str
    email: str
    company: str
    language: str
    position: str = ""


COLLEAGUES = (
    Colleague("Anna Admin", "anna@acme.example", "anna-demo-login", "anna-mailbox", "admin", "en"),
    Colleague("Sergey Petrov", "sergey@acme.example", "sergey-demo-login", "sergey-mailbox", "user", "ru"),
    Colleague("Lucía Gómez", "lucia@acme.example", "lucia-demo-login", "lucia-mailbox", "user", "es"),
)

SPARE = SpareMailbox("Acme Sales", "sales@acme.example", "sales-mailbox")

# Answers every letter within a second, so that a visitor sees mail arrive.
ECHO = Correspondent("Echo Customer", "echo@customer.example", "Customer Ltd", "en", "answers at once")

CORRESPONDENTS = (
    ECHO,
    Correspondent("James Whitfield", "james.whitfield@northbridge.example", "Northbridge Offices", "en", "Buyer"),
    Correspondent("Priya Raman", "priya@lumenlabs.example", "Lumen Labs", "en", "Head of Operations"),
    Correspondent("Tom Okafor", "tom.okafor@harborfreight.example", "Harbor Freight Lines", "en", "Dispatcher"),
    Correspondent("Emily Carter", "emily@cartercafe.example", "Carter Café", "en", "Owner"),
    Correspondent("Daniel Weiss", "d.weiss@weiss-partner.example", "Weiss & Partner", "en", "Architect"),
    Correspondent("Sophie Lindqvist", "sophie@fjordhotels.example", "Fjord Hotels", "en", "Purchasing"),
    Correspondent("Mark Delaney", "mark@delaneydental.example", "Delaney Dental", "en", "Practice manager"),
    Correspondent("Ирина Соколова", "sokolova@severstroy.example", "СеверСтрой", "ru", "Отдел закупок"),
    Correspondent("Дмитрий Волков", "volkov@mebelmarket.example", "Мебель Маркет", "ru", "Директор"),
    Correspondent("Ольга Кузнецова", "kuznetsova@romashka.example", "Ромашка", "ru", "Бухгалтер"),
    Correspondent("Алексей Морозов", "morozov@techline.example", "ТехЛайн", "ru", "Системный администратор"),
    Correspondent("Наталья Фёдорова", "fedorova@shkola12.example", "Школа № 12", "ru", "Завхоз"),
    Correspondent("Павел Лебедев", "lebedev@gruzovik.example", "Грузовик", "ru", "Логист"),
    Correspondent("Марина Белова", "belova@studio-svet.example", "Студия «Свет»", "ru", "Дизайнер"),
    Correspondent("Carlos Herrera", "carlos.herrera@solymar.example", "Hoteles Sol y Mar", "es", "Compras"),
    Correspondent("María Fernández", "maria@clinicafernandez.example", "Clínica Fernández", "es", "Directora"),
    Correspondent("Javier Ortega", "jortega@ortegaobras.example", "Ortega Obras", "es", "Jefe de obra"),
    Correspondent("Elena Navarro", "elena@libreriaelfaro.example", "Librería El Faro", "es", "Propietaria"),
    Correspondent("Pablo Ruiz", "pablo.ruiz@transruiz.example", "Transportes Ruiz", "es", "Logística"),
    Correspondent("Carmen Molina", "carmen@escuelamolina.example", "Escuela Molina", "es", "Administración"),
    Correspondent("Andrés Peña", "andres@penadiseno.example", "Peña Diseño", "es", "Arquitecto"),
)

# All of them: for a visitor who wants to see the other side of a conversation with a mail program of his own.
CORRESPONDENTS_PASSWORD = "customer-mailbox"  # noqa: S105 (of the demo, public by design)
