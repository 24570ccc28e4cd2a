"""What other programs call the columns of cards: in English, Russian and Spanish, simplified as by crm.csv_columns."""

from __future__ import annotations

_NAMES = """
name: name, full name, display name, title, имя и фамилия, фио, имя фамилия, название, полное имя, наименование,
    nombre completo, nombre y apellidos, nombre, empresa, company name, lead name, deal name, deal title,
    account name, название сделки, название компании
first_name: first name, firstname, given name, имя, nombre, nombre de pila
last_name: last name, lastname, surname, family name, фамилия, apellido, apellidos
emails: email, e mail, emails, email address, e mail address, mail, address, primary email, work email, почта,
    эл почта, электронная почта, адрес, email рабочий, рабочий email, correo, correos, correo electrónico,
    dirección de correo
phones: phone, phones, telephone, tel, mobile, mobile phone, work phone, phone number, cell, телефон, телефоны,
    мобильный, мобильный телефон, рабочий телефон, тел, номер телефона, teléfono, teléfonos, móvil, celular
company: company, organization, organisation, account, firm, employer, компания, организация, фирма, empresa,
    compañía, organización, company name, organization name, название компании
responsible: responsible, owner, manager, assigned to, responsible user, contact owner, lead owner,
    ответственный, менеджер, responsable, propietario
store: store, shop, brand, магазин, бренд, tienda
tags: tag, tags, labels, тег, теги, метки, etiqueta, etiquetas
price: price, amount, value, budget, sum, deal value, цена, сумма, бюджет, стоимость, precio, importe, valor,
    presupuesto
pipeline: pipeline, funnel, воронка, embudo
stage: stage, status, deal stage, этап, стадия, статус, этап сделки, etapa, estado
contacts: contact, contacts, contact email, email, e mail, emails, addresses of contacts, контакт, контакты,
    почта, email контакта, contacto, contactos, correo
next_purchase_at: next purchase, next purchase date, следующая покупка, дата следующей покупки, próxima compra,
    fecha de la próxima compra
id: id
"""


def _parsed() -> dict[str, list[str]]:
    unwrapped = _NAMES.strip().replace("\n    ", " ").splitlines()
    pairs = (line.split(": ", 1) for line in unwrapped)
    return {key: names.split(", ") for key, names in pairs}


ALIASES = _parsed()
