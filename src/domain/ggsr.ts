import type { Framework } from './framework';

/**
 * The framework by which Samenwerkend Toezicht Jeugd assessed approaches for families with limited social
 * self-reliance (gezinnen met een geringe sociale redzaamheid). The names are official; the codes number
 * themes, criteria and indicators in document order.
 */
export const GGSR: Framework = {
  code: 'GGSR',
  version: 1,
  name: 'Toetsingskader GGSR (gezinnen met geringe sociale redzaamheid)',
  themes: [
    {
      code: '1',
      name: 'Toeleiding',
      criteria: [
        {
          code: '1.1',
          name: 'GGSR zijn in beeld',
          indicators: [
            { code: '1.1.1', name: 'Alle netwerkpartners hanteren dezelfde omschrijving van GGSR' },
            { code: '1.1.2', name: 'De gemeente heeft zicht op de populatie GGSR' },
          ],
        },
        {
          code: '1.2',
          name: 'De aanpak bereikt alle gezinnen waarvoor dit nodig is',
          indicators: [
            {
              code: '1.2.1',
              name: 'De netwerkpartners weten waar gezinnen voor de aanpak kunnen worden aangemeld',
            },
            {
              code: '1.2.2',
              name: 'Netwerkpartners en alle relevante partijen melden GGSR aan voor de aanpak',
            },
          ],
        },
      ],
    },
    {
      code: '2',
      name: 'Gezin centraal',
      criteria: [
        {
          code: '2.1',
          name: 'De aanpak stelt het gezin en zijn sociale netwerk centraal',
          indicators: [
            {
              code: '2.1.1',
              name: 'Binnen de aanpak wordt de eigen kracht van het gezin ondersteund en benut',
            },
            { code: '2.1.2', name: 'Binnen de aanpak wordt het sociale netwerk van het gezin benut' },
            {
              code: '2.1.3',
              name: 'Binnen de aanpak is de behoefte van het gezin uitgangspunt bij het bepalen wat nodig is',
            },
          ],
        },
      ],
    },
    {
      code: '3',
      name: 'Aanpak',
      criteria: [
        {
          code: '3.1',
          name: 'Planmatig',
          indicators: [
            { code: '3.1.1', name: 'De gemeente zorgt voor een gezamenlijke visie op de aanpak voor GGSR' },
            { code: '3.1.2', name: 'De gemeente heeft beleid voor de groep GGSR' },
            {
              code: '3.1.3',
              name: 'De netwerkpartners hebben gezamenlijke doelen geformuleerd ten aanzien van de aanpak van GGSR',
            },
            { code: '3.1.4', name: 'De resultaten van de aanpak worden bijgehouden' },
            { code: '3.1.5', name: 'De netwerkpartners evalueren de resultaten van de aanpak' },
            { code: '3.1.6', name: 'De gemeente evalueert de resultaten van de aanpak' },
            {
              code: '3.1.7',
              name: 'Op basis van de evaluatie wordt het beleid gecontinueerd dan wel bijgesteld',
            },
          ],
        },
        {
          code: '3.2',
          name: 'Een toegeruste regisseur',
          indicators: [
            {
              code: '3.2.1',
              name: 'In de aanpak is er één centrale persoon voor het gezin die de intensieve zorg en ondersteuning aan het gezin op elkaar afstemt (de regisseur)',
            },
            { code: '3.2.2', name: 'De doorzettingsmacht voor de regisseur is geregeld' },
            { code: '3.2.3', name: 'De regisseur is voldoende toegerust om zijn functie uit te oefenen' },
          ],
        },
        {
          code: '3.3',
          name: 'Samenhangend',
          indicators: [
            {
              code: '3.3.1',
              name: 'Uitgangspunt bij de aanpak is dat de netwerkpartners werken met een gezamenlijk plan per gezin',
            },
            {
              code: '3.3.2',
              name: 'Uitgangspunt bij de aanpak is dat deze betrekking heeft op de problemen van alle gezinsleden en op alle leefgebieden',
            },
          ],
        },
        {
          code: '3.4',
          name: 'Vasthoudend',
          indicators: [
            { code: '3.4.1', name: 'Uitgangspunt bij de aanpak is dat outreachend wordt gewerkt' },
            { code: '3.4.2', name: 'Uitgangspunt bij de aanpak is dat het gezin niet wordt losgelaten' },
          ],
        },
      ],
    },
    {
      code: '4',
      name: 'Samenwerking',
      criteria: [
        {
          code: '4.1',
          name: 'Coördinatie',
          indicators: [
            { code: '4.1.1', name: 'De gemeente voert regie op de aanpak voor GGSR' },
            {
              code: '4.1.2',
              name: 'Bij stagnatie van de intensieve zorg en ondersteuning op casusniveau zijn opschalingsmogelijkheden geregeld',
            },
          ],
        },
        {
          code: '4.2',
          name: 'Benodigde partijen werken mee aan de aanpak',
          indicators: [
            { code: '4.2.1', name: 'Alle partijen die relevant zijn, zijn verbonden aan de aanpak' },
            { code: '4.2.2', name: 'Er zijn samenwerkingsafspraken gemaakt over de aanpak' },
            {
              code: '4.2.3',
              name: 'De netwerkpartners geven hun medewerkers de bevoegdheid om beslissingen te nemen over de intensieve zorg en ondersteuning voor de gezinnen',
            },
          ],
        },
        {
          code: '4.3',
          name: 'Toereikende informatie',
          indicators: [
            {
              code: '4.3.1',
              name: 'Netwerkpartners hebben afspraken gemaakt over het actief delen van informatie',
            },
          ],
        },
      ],
    },
    {
      code: '5',
      name: 'Continu',
      criteria: [
        {
          code: '5.1',
          name: 'De duur van de aanpak is toereikend',
          indicators: [
            {
              code: '5.1.1',
              name: 'De afspraak is dat de intensieve zorg en ondersteuning doorlopen totdat de problemen zijn opgelost of beheersbaar zijn',
            },
          ],
        },
        {
          code: '5.2',
          name: 'De aanpak is flexibel',
          indicators: [
            {
              code: '5.2.1',
              name: 'Netwerkpartners zorgen voor beschikbaarheid van zorg en ondersteuning voor de gezinnen binnen de aanpak',
            },
          ],
        },
        {
          code: '5.3',
          name: 'De aanpak krijgt indien nodig een vervolg',
          indicators: [
            {
              code: '5.3.1',
              name: 'Netwerkpartners hebben de afspraak gemaakt dat de intensieve zorg en ondersteuning indien nodig een vervolg kunnen krijgen',
            },
          ],
        },
      ],
    },
  ],
};
